import { chartOf, pagePalette, plainTicks, type Chart, type ChartSize, type Palette } from '../report/charts/chart.js';
import { stepOf, type ComparedRun } from './compared-run.js';

/** Told apart also without colours: by their dashes. */
const colours = {
  light: ['#2f5bd7', '#e0311f', '#168a57', '#a2590a', '#7a3fc4', '#0f8a9d'],
  dark: ['#8ca9ff', '#ff6b58', '#4fcb93', '#e0a04a', '#c09bff', '#4cc6da'],
};
/** For the page, which has a light and a dark look: `--run0`, `--run1`, ... */
export const colourRules = (look: keyof typeof colours): string =>
  colours[look].map((colour, at) => `--run${at}:${colour}`).join(';');
const pageColours = colours.light.map((_, at) => `var(--run${at})`);
const dashes = [
  [1, 0],
  [7, 4],
  [2, 3],
];

/** The identity curves of all runs in one chart, with their 95 % bands; a dot marks what each hands over. Null where none has a score. */
export function identityCurves(runs: readonly ComparedRun[], palette: Palette, size: ChartSize): Chart | null {
  const ofRuns = palette === pagePalette ? pageColours : colours.light;
  const points = runs.flatMap((run) =>
    run.data.checkpoints.flatMap(({ step, identity }) =>
      identity ? [{ run: run.data.run.id, step, ...identity, isChosen: step === stepOf(run) }] : [],
    ),
  );
  if (points.length === 0) return null;
  const ids = runs.map(({ data }) => data.run.id);
  const legend = {
    title: null,
    orient: 'top',
    labelLimit: size.width,
    labelFontSize: 13,
    labelColor: palette.ink,
    symbolType: 'stroke',
    symbolOpacity: 1,
    symbolStrokeWidth: 2.5,
  };
  const colour = {
    field: 'run',
    type: 'nominal',
    scale: { domain: ids, range: ids.map((_, at) => ofRuns[at % ofRuns.length]) },
    legend,
  };
  const dash = { field: 'run', scale: { domain: ids, range: ids.map((_, at) => dashes[at % dashes.length]) }, legend };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    title: 'Identity (cosine)',
    scale: { zero: false },
    axis: { ...plainTicks, tickCount: 6 },
  });
  const x = { field: 'step', type: 'quantitative', title: 'Training step', scale: { zero: false, nice: false } };
  const layer = [
    { mark: { type: 'area', opacity: 0.12 }, encoding: { y: y('low'), y2: { field: 'high' }, color: colour } },
    {
      mark: { type: 'line', strokeWidth: 2.5, point: true },
      encoding: { y: y('mean'), color: colour, strokeDash: dash },
    },
    {
      transform: [{ filter: 'datum.isChosen' }],
      mark: { type: 'point', filled: true, size: 160, opacity: 1 },
      encoding: { y: y('mean'), color: colour },
    },
  ];
  return chartOf({ data: { values: points }, encoding: { x }, layer }, palette, size);
}
