import type { TrainingRecord } from '../../run/training-record.js';
import { chartOf, type Chart, type ChartSize, type Palette } from './chart.js';

/** The drawn line is the mean over this part of the points around each. */
const smoothing = 0.05;

/**
 * Loss by step, raw and smoothed, and on the held-out pictures where that was measured, with a line where a resume took
 * the training up again.
 * @returns null where no finite loss is known.
 */
export function lossCurve(training: TrainingRecord, palette: Palette, size: ChartSize): Chart | null {
  const raw = lastOfEachStep(training.loss);
  if (raw.length === 0) return null;
  const held = lastOfEachStep(training.validation ?? []);
  const all = [...raw, ...held];
  const { accent, quiet, mark, ink } = palette;
  const resumes = training.resumes.map(({ fromStep }) => ({ step: fromStep, label: 'resumed' }));
  const x = {
    field: 'step',
    type: 'quantitative',
    title: 'Training step',
    scale: { domain: [0, Math.max(training.steps, raw[raw.length - 1].step)], nice: false },
    axis: { format: 'd', tickCount: Math.round(size.width / 90), labelOverlap: true },
  };
  const y = {
    field: 'loss',
    type: 'quantitative',
    title: 'Loss',
    scale: isWide(all) ? { type: 'log', nice: false } : { zero: false, nice: true },
    axis: axisOf(all),
  };
  const layer = [
    { data: { values: raw }, mark: { type: 'line', color: quiet, opacity: 0.45, strokeWidth: 1 }, encoding: { x, y } },
    { data: { values: smooth(raw) }, mark: { type: 'line', color: accent, strokeWidth: 2.5 }, encoding: { x, y } },
    ...(raw.length === 1
      ? [{ data: { values: raw }, mark: { type: 'point', filled: true, color: accent, size: 80 }, encoding: { x, y } }]
      : []),
    ...heldOutLayers(held, ink, { x, y }),
    { data: { values: resumes }, mark: { type: 'rule', color: mark, strokeDash: [2, 3] }, encoding: { x } },
    {
      data: { values: resumes },
      mark: { type: 'text', align: 'left', baseline: 'top', dx: 6, color: mark },
      encoding: { x, y: { value: 0 }, text: { field: 'label' } },
    },
  ];
  return chartOf({ layer }, palette, size);
}

/** Dashed, with a dot for each: they are few, and on another scale of noise than the training's. */
function heldOutLayers(values: LossPoint[], color: string, encoding: Record<string, unknown>): unknown[] {
  if (values.length === 0) return [];
  return [
    { data: { values }, mark: { type: 'line', color, strokeWidth: 1.5, strokeDash: [5, 3] }, encoding },
    { data: { values }, mark: { type: 'point', filled: true, color, size: 24 }, encoding },
  ];
}

interface LossPoint {
  step: number;
  loss: number;
}

/** Steps that were trained twice (a resume) count once, as they were in the end. */
function lastOfEachStep(loss: [number, number][]): LossPoint[] {
  const finite = loss.filter(([, value]) => Number.isFinite(value));
  return [...new Map(finite)].map(([step, value]) => ({ step, loss: value })).sort((a, b) => a.step - b.step);
}

/** A loss that falls by more than ten times is read on a logarithmic scale. */
function isWide(points: LossPoint[]): boolean {
  const { low, high } = rangeOf(points);
  return low > 0 && high / low > 10;
}

function axisOf(points: LossPoint[]) {
  const format = '~g';
  if (!isWide(points)) return { tickCount: 5, format };
  const { low, high } = rangeOf(points);
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, index) => 10 ** (first + index));
  const values = decades.flatMap((decade) => [1, 2, 5].map((digit) => digit * decade));
  return { values: values.filter((value) => value >= low && value <= high), format };
}

const rangeOf = (points: LossPoint[]): { low: number; high: number } => ({
  low: points.reduce((least, { loss }) => Math.min(least, loss), Infinity),
  high: points.reduce((most, { loss }) => Math.max(most, loss), -Infinity),
});

function smooth(points: LossPoint[]): LossPoint[] {
  const reach = Math.floor((points.length * smoothing) / 2);
  return points.map(({ step }, index) => {
    const around = points.slice(Math.max(0, index - reach), index + reach + 1);
    return { step, loss: around.reduce((sum, { loss }) => sum + loss, 0) / around.length };
  });
}
