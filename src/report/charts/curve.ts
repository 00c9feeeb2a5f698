import type { ReportData } from '../../run/record.js';
import type { Score } from '../../run/checkpoint-record.js';
import { identityWords } from '../numbers.js';
import { atEveryStrength } from '../strengths.js';
import { chartOf, isNarrow, plainTicks, type Chart, type ChartSize, type Palette } from './chart.js';

interface Point extends Score {
  step: number;
}

/**
 * The identity curve: mean cosine to the held-out references by step, its 95 % band, the no-LoRA baseline and its band,
 * the chosen step. Of several strengths the others as thin lines.
 * @returns null where no checkpoint has a score.
 */
export function identityCurve(
  { run, checkpoints, baseline, choice }: Pick<ReportData, 'run' | 'checkpoints' | 'baseline' | 'choice'>,
  palette: Palette,
  size: ChartSize,
): Chart | null {
  const points = checkpoints.flatMap(({ step, identity }) => (identity ? [{ step, ...identity }] : []));
  if (points.length === 0) return null;
  const chosen = points.find(({ step }) => step === choice?.step);
  const others = othersOf({ run, checkpoints });
  const layer = [
    ...(baseline ? baselineLayers(baseline, palette, size) : []),
    ...others.flatMap((line) => otherLayers(line, palette, size)),
    ...meanLayers(points, palette),
    ...(chosen ? chosenLayers(chosen, points, palette, size, choice?.strength) : []),
  ];
  const y = {
    scale: {
      domain: domainOf([...points, ...others.flat(), ...(baseline ? [baseline] : [])]),
      zero: false,
      nice: false,
    },
  };
  return chartOf({ encoding: { x: xOf(points), y }, layer }, palette, size);
}

/** A line for each strength but the one that stands first. */
function othersOf(data: Pick<ReportData, 'run' | 'checkpoints'>): OtherPoint[][] {
  const { strength, strengths = [] } = data.run;
  const all = atEveryStrength(data);
  return strengths
    .filter((one) => one !== strength)
    .map((one) =>
      all.flatMap(({ at, step, identity }) => {
        if (at !== one || !identity || identity.n === 0) return [];
        return [{ step, mean: identity.mean, low: identity.mean, high: identity.mean, label: String(one) }];
      }),
    )
    .filter((line) => line.length > 0);
}

/** Without its band: what stands beside the first line is read by its height. */
interface OtherPoint extends Pick<Point, 'step' | 'mean' | 'low' | 'high'> {
  label: string;
}

function otherLayers(points: OtherPoint[], { ink }: Palette, { fontSize }: ChartSize) {
  const last = { values: points.slice(-1) };
  return [
    {
      data: { values: points },
      mark: {
        type: 'line',
        color: ink,
        strokeWidth: 1.25,
        opacity: 0.6,
        point: { filled: true, color: ink, size: 18 },
      },
      encoding: { y: yOf('mean') },
    },
    {
      data: last,
      mark: { type: 'text', align: 'left', baseline: 'middle', dx: 8, color: ink, fontSize },
      encoding: { y: yOf('mean'), text: { field: 'label' } },
    },
  ];
}

/** The steps themselves are the ticks; a little air at both ends, and around a single one. */
function xOf(points: Point[]) {
  const steps = points.map(({ step }) => step);
  const [first, last] = [steps[0], steps[steps.length - 1]];
  const air = last > first ? (last - first) * 0.06 : Math.max(1, first * 0.1);
  return {
    field: 'step',
    type: 'quantitative',
    title: 'Training step',
    scale: { domain: [first - air, last + air], nice: false, zero: false },
    axis: { values: steps, format: 'd', labelOverlap: 'greedy' },
  };
}

function domainOf(scores: Pick<Score, 'low' | 'high'>[]): [number, number] {
  const low = Math.min(...scores.map((score) => score.low));
  const high = Math.max(...scores.map((score) => score.high));
  const air = Math.max(0.02, (high - low) * 0.14);
  return [Math.max(-1, low - air), Math.min(1.02, high + air)];
}

const yOf = (field: string) => ({
  field,
  type: 'quantitative',
  title: 'Identity (cosine)',
  axis: { ...plainTicks, tickCount: 6 },
});

function baselineLayers(baseline: Score, { quiet }: Palette, { fontSize }: ChartSize) {
  const data = { values: [{ ...baseline, label: `No LoRA  ${identityWords(baseline.mean)}` }] };
  const across = { x: { value: 0 }, x2: { value: 'width' } };
  return [
    {
      data,
      mark: { type: 'rect', color: quiet, opacity: 0.14 },
      encoding: { ...across, y: yOf('low'), y2: { field: 'high' } },
    },
    { data, mark: { type: 'rule', color: quiet, strokeDash: [5, 4] }, encoding: { ...across, y: yOf('mean') } },
    {
      data,
      mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 8, dy: -5, color: quiet, fontSize },
      encoding: { x: { value: 0 }, y: yOf('mean'), text: { field: 'label' } },
    },
  ];
}

function meanLayers(points: Point[], { accent, paper }: Palette) {
  const data = { values: points };
  const band = { y: yOf('low'), y2: { field: 'high' } };
  return [
    { data, mark: { type: 'area', color: accent, opacity: 0.16 }, encoding: band },
    { data, mark: { type: 'rule', color: accent, opacity: 0.45 }, encoding: band },
    { data, mark: { type: 'line', color: accent, strokeWidth: 2.5 }, encoding: { y: yOf('mean') } },
    {
      data,
      mark: {
        type: 'point',
        shape: 'circle',
        filled: true,
        fill: paper,
        stroke: accent,
        strokeWidth: 2,
        size: 60,
        opacity: 1,
      },
      encoding: { y: yOf('mean') },
    },
  ];
}

function chosenLayers(
  chosen: Point,
  points: Point[],
  { mark }: Palette,
  size: ChartSize,
  strength: number | undefined,
) {
  const at = strength === undefined ? '' : isNarrow(size) ? ` at ${strength}` : ` at strength ${strength}`;
  const data = { values: [{ ...chosen, label: `Step ${chosen.step}${at} · ${identityWords(chosen.mean)}` }] };
  const late = points.indexOf(chosen) >= points.length / 2;
  const align = late ? { align: 'right', dx: -8 } : { align: 'left', dx: 8 };
  return [
    {
      data,
      mark: { type: 'rule', color: mark, strokeDash: [2, 3] },
      encoding: { y: { value: 0 }, y2: { value: 'height' } },
    },
    {
      data,
      mark: { type: 'point', filled: true, shape: 'circle', color: mark, size: 150, opacity: 1 },
      encoding: { y: yOf('mean') },
    },
    {
      data,
      mark: {
        type: 'text',
        ...align,
        baseline: 'top',
        dy: 2,
        color: mark,
        fontSize: size.fontSize + 1,
        fontWeight: 600,
      },
      encoding: { y: { value: 0 }, text: { field: 'label' } },
    },
  ];
}
