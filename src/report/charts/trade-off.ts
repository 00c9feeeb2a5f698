import type { ReportData } from '../../run/record.js';
import { copyingOf, type SweepTables } from '../tables.js';
import { chartOf, isNarrow, plainTicks, signedTicks, type Chart, type ChartSize, type Palette } from './chart.js';

interface Point {
  label: string;
  identity: number;
  memorisation: number;
  order: number;
  kind: 'baseline' | 'checkpoint' | 'chosen' | 'failed';
}

/**
 * Identity against generalisation, a point a checkpoint, joined in the order of training; the best corner is top right.
 * @returns null with fewer than two checkpoints measured against training pictures.
 */
export function tradeOff(
  data: Pick<ReportData, 'checkpoints' | 'choice'>,
  tables: SweepTables,
  palette: Palette,
  size: ChartSize,
): Chart | null {
  const points = pointsOf(data, tables);
  const checkpoints = points.filter(({ kind }) => kind !== 'baseline');
  if (checkpoints.length < 2) return null;
  const { ink, quiet, mark, paper } = palette;
  const x = {
    field: 'memorisation',
    type: 'quantitative',
    title: isNarrow(size) ? 'Memorisation (right: less)' : 'Memorisation (right: copies its training images less)',
    scale: { zero: false, nice: true, reverse: true, padding: 40 },
    axis: { ...signedTicks, tickCount: isNarrow(size) ? 4 : 6 },
  };
  const y = {
    field: 'identity',
    type: 'quantitative',
    title: 'Identity',
    scale: { zero: false, nice: true, padding: 18 },
    axis: { ...plainTicks, tickCount: 5 },
  };
  const dots = (kind: Point['kind'], look: object) => ({
    data: { values: points.filter((point) => point.kind === kind) },
    mark: { type: 'point', shape: 'circle', opacity: 1, ...look },
    encoding: { x, y },
  });
  const labels = (kinds: Point['kind'][], colour: string, fontWeight: number) => ({
    data: { values: named.filter(({ kind }) => kinds.includes(kind)) },
    mark: { type: 'text', dy: -14, color: colour, fontWeight, fontSize: size.fontSize },
    encoding: { x, y, text: { field: 'label' } },
  });
  const named = withoutOverlaps(points.filter((point) => isNamed(point, checkpoints.length)));
  const layer = [
    {
      data: { values: checkpoints },
      mark: { type: 'line', color: quiet, strokeWidth: 1.25, opacity: 0.7 },
      encoding: { x, y, order: { field: 'order', type: 'quantitative' } },
    },
    dots('baseline', { filled: false, color: quiet, size: 80, strokeWidth: 2 }),
    dots('checkpoint', { filled: true, color: ink, size: 70 }),
    dots('failed', { filled: true, color: paper, stroke: ink, strokeWidth: 2, size: 70 }),
    dots('chosen', { filled: true, color: mark, size: 190 }),
    labels(['baseline'], quiet, 400),
    labels(['checkpoint', 'failed'], ink, 400),
    labels(['chosen'], mark, 600),
  ];
  return chartOf({ layer }, palette, size);
}

function pointsOf({ checkpoints, choice }: Pick<ReportData, 'checkpoints' | 'choice'>, tables: SweepTables): Point[] {
  const shipped = choice?.step ?? null;
  const measured = checkpoints.flatMap(({ step, identity, memorisation, failed }, order): Point[] => {
    if (!identity || identity.n === 0 || memorisation === null) return [];
    const kind = step === shipped ? 'chosen' : failed ? 'failed' : 'checkpoint';
    return [{ label: String(step), identity: identity.mean, memorisation, order, kind }];
  });
  const without = copyingOf(tables.get(null) ?? []);
  return without ? [{ label: 'No LoRA', ...without, order: -1, kind: 'baseline' }, ...measured] : measured;
}

/** Of many checkpoints only the ends of the line and what stands out: fifty labels are a grey cloud. */
const mostNamed = 12;
const isNamed = ({ kind, order }: Point, count: number): boolean =>
  count <= mostNamed || kind !== 'checkpoint' || order === 0 || order === count - 1;

/** Points that stand on each other share a label: `2200 · 2400`; the chosen one keeps its own. */
function withoutOverlaps(points: readonly Point[]): Point[] {
  const extent = (value: (point: Point) => number) =>
    Math.max(...points.map(value)) - Math.min(...points.map(value)) || 1;
  const [width, height] = [extent(({ memorisation }) => memorisation), extent(({ identity }) => identity)];
  const named: Point[] = [];
  for (const point of points) {
    const under = named.find(
      (other) =>
        other.kind === point.kind &&
        Math.abs(other.memorisation - point.memorisation) < 0.07 * width &&
        Math.abs(other.identity - point.identity) < 0.09 * height,
    );
    if (under) under.label = `${under.label} · ${point.label}`;
    else named.push({ ...point });
  }
  return named;
}
