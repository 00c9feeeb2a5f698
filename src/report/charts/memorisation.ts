import type { ReportData } from '../data.js';
import { drawChart, type ChartSize, type Palette } from './chart.js';

/**
 * Memorisation by step: how much nearer renders are to training pictures than to held-out ones.
 * @returns SVG; null with fewer than two checkpoints measured, where there is no course to see.
 */
export async function memorisationCurve(
  { checkpoints, choice }: Pick<ReportData, 'checkpoints' | 'choice'>,
  palette: Palette,
  size: ChartSize,
): Promise<string | null> {
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
    axis: { format: '+.2f', tickCount: 4 },
  };
  const points = values.map(({ step, memorisation }) => ({ step, memorisation }));
  const chosen = points.filter(({ step }) => step === choice?.step);
  const { ink, quiet, mark } = palette;
  const layer = [
    {
      data: { values: [{ memorisation: 0 }] },
      mark: { type: 'rule', color: quiet, strokeDash: [5, 4] },
      encoding: { y },
    },
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
  return drawChart({ layer }, palette, { ...size, height: Math.round(size.height * 0.62) });
}
