import type { ReportData } from '../../run/record.js';
import { signed } from '../numbers.js';
import { chartOf, signedTicks, type Chart, type ChartSize, type Palette } from './chart.js';

/**
 * Memorisation by step: how much nearer renders are to training images than to held-out ones. The nearest of many images
 * is nearer than the mean of a few whoever is rendered: the line of no LoRA, where it is known, is what to compare with.
 * @returns null with fewer than two checkpoints measured, where there is no course to see.
 */
export function memorisationCurve(
  { checkpoints, choice }: Pick<ReportData, 'checkpoints' | 'choice'>,
  without: number | null,
  palette: Palette,
  size: ChartSize,
): Chart | null {
  const values = checkpoints.filter(({ memorisation }) => memorisation !== null);
  if (values.length < 2) return null;
  const steps = values.map(({ step }) => step);
  const air = (steps[steps.length - 1] - steps[0]) * 0.06;
  const x = {
    field: 'step',
    type: 'quantitative',
    title: 'Training step',
    scale: { domain: [steps[0] - air, steps[steps.length - 1] + air], nice: false, zero: false },
    axis: { values: steps, format: 'd', labelOverlap: 'greedy' },
  };
  const y = {
    field: 'memorisation',
    type: 'quantitative',
    title: 'Memorisation',
    axis: { ...signedTicks, tickCount: 4 },
    scale: { zero: true, nice: true },
  };
  const points = values.map(({ step, memorisation }) => ({ step, memorisation }));
  const chosen = points.filter(({ step }) => step === choice?.step);
  const { ink, quiet, mark } = palette;
  const layer = [
    { data: { values: [{ memorisation: 0 }] }, mark: { type: 'rule', color: quiet, opacity: 0.6 }, encoding: { y } },
    ...(without === null ? [] : withoutLoraLayers(without, { y }, palette, size)),
    { data: { values: points }, mark: { type: 'line', color: ink, strokeWidth: 2 }, encoding: { x, y } },
    {
      data: { values: points },
      mark: { type: 'point', shape: 'circle', filled: true, color: ink, size: 50, opacity: 1 },
      encoding: { x, y },
    },
    {
      data: { values: chosen },
      mark: { type: 'point', shape: 'circle', filled: true, color: mark, size: 150, opacity: 1 },
      encoding: { x, y },
    },
  ];
  return chartOf({ layer }, palette, { ...size, height: Math.round(size.height * 0.62) });
}

function withoutLoraLayers(memorisation: number, encoding: object, { quiet }: Palette, { fontSize }: ChartSize) {
  const data = { values: [{ memorisation, label: `No LoRA  ${signed(memorisation)}` }] };
  return [
    { data, mark: { type: 'rule', color: quiet, strokeDash: [5, 4] }, encoding },
    {
      data,
      mark: { type: 'text', align: 'left', baseline: 'top', dx: 8, dy: 5, color: quiet, fontSize },
      encoding: { ...encoding, x: { value: 0 }, text: { field: 'label' } },
    },
  ];
}
