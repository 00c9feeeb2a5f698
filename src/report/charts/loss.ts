import type { TrainingRecord } from '../data.js';
import { drawChart, type ChartSize, type Palette } from './chart.js';

/** Weight of the newest value in the running mean that is drawn over the raw losses. */
const smoothing = 0.08;

/**
 * Loss by step, raw and smoothed, with a line where a resume took the training up again.
 * @returns SVG; null where no finite loss is known.
 */
export async function lossCurve(training: TrainingRecord, palette: Palette, size: ChartSize): Promise<string | null> {
  const raw = training.loss.filter(([, loss]) => Number.isFinite(loss)).map(([step, loss]) => ({ step, loss }));
  if (raw.length === 0) return null;
  const { accent, quiet, mark } = palette;
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
    scale: scaleOf(raw),
    axis: { tickCount: 5, format: '~g' },
  };
  const layer = [
    { data: { values: raw }, mark: { type: 'line', color: quiet, opacity: 0.45, strokeWidth: 1 }, encoding: { x, y } },
    { data: { values: smooth(raw) }, mark: { type: 'line', color: accent, strokeWidth: 2.5 }, encoding: { x, y } },
    ...(raw.length === 1
      ? [{ data: { values: raw }, mark: { type: 'point', filled: true, color: accent, size: 80 }, encoding: { x, y } }]
      : []),
    { data: { values: resumes }, mark: { type: 'rule', color: mark, strokeDash: [2, 3] }, encoding: { x } },
    {
      data: { values: resumes },
      mark: { type: 'text', align: 'left', baseline: 'top', dx: 6, color: mark },
      encoding: { x, y: { value: 0 }, text: { field: 'label' } },
    },
  ];
  return drawChart({ layer }, palette, size);
}

interface LossPoint {
  step: number;
  loss: number;
}

/** A loss that falls by more than ten times is read on a logarithmic scale. */
function scaleOf(points: LossPoint[]) {
  const losses = points.map(({ loss }) => loss);
  const [low, high] = [losses.reduce((a, b) => Math.min(a, b)), losses.reduce((a, b) => Math.max(a, b))];
  return low > 0 && high / low > 10 ? { type: 'log', nice: true } : { zero: false, nice: true };
}

function smooth(points: LossPoint[]): LossPoint[] {
  let mean = points[0].loss;
  return points.map(({ step, loss }) => ({ step, loss: (mean += smoothing * (loss - mean)) }));
}
