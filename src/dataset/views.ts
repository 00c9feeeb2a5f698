import type { ResolvedProject } from '../project/schema.js';
import type { ViewRequest } from '../project/families/family.js';

type Dataset = Pick<ResolvedProject['dataset'], 'yaw' | 'pitch' | 'distances' | 'expressions'>;

/** More than this many views in stage 04 teach little and cost render time. */
export const maxViewsII = 24;

/** Turned this far a face still shows both eyes: where distance and expression can be judged. */
const readableYawDegrees = 35;

/** Stage 03: the head as a volume. Every yaw at every pitch, near and calm, so that only the angle varies. */
export function planViewsI(dataset: Dataset): ViewRequest[] {
  const { distance, expression } = calm(dataset);
  const views = dataset.yaw.flatMap((yaw) => dataset.pitch.map((pitch) => ({ yaw, pitch, distance, expression })));
  return distinct(views);
}

/**
 * Stage 04: what stage 03 left out, the most telling first: yaws halfway between the asked ones, then every distance
 * and expression at readable yaws, then both together. Holds nothing of stage 03.
 */
export function planViewsII(dataset: Dataset): ViewRequest[] {
  const { distance: near, expression: neutral } = calm(dataset);
  const pitch = nearestToZero(dataset.pitch);
  const yaws = readableYaws(dataset.yaw);
  const expressions = dataset.expressions.filter((expression) => expression !== neutral);
  const distances = dataset.distances.filter((distance) => distance !== near);
  const halfway = halfwayYaws(dataset.yaw).map((yaw) => ({ yaw, pitch, distance: near, expression: neutral }));
  const moods = expressions.flatMap((expression) => yaws.map((yaw) => ({ yaw, pitch, distance: near, expression })));
  const frames = distances.flatMap((distance) => yaws.map((yaw) => ({ yaw, pitch, distance, expression: neutral })));
  const both = distances.flatMap((distance) =>
    expressions.map((expression) => ({ yaw: yaws[0], pitch, distance, expression })),
  );
  const asked = new Set(planViewsI(dataset).map(keyOf));
  return distinct([...halfway, ...moods, ...frames, ...both])
    .filter((view) => !asked.has(keyOf(view)))
    .slice(0, maxViewsII);
}

/** A short name for a view, usable in file names: `yaw-30-pitch0-close-neutral`. */
export function keyOf({ yaw, pitch, distance, expression }: ViewRequest): string {
  return `yaw${yaw}-pitch${pitch}-${distance}-${expression}`;
}

/** As a person reads it, in the words of the project file: `yaw -30, pitch 0, close, neutral`. What is no view's key stays. */
export const viewTitle = (key: string): string =>
  key.replace(/^yaw(-?\d+)-pitch(-?\d+)-([a-z]+)-([a-z]+)$/, 'yaw $1, pitch $2, $3, $4');

function calm(dataset: Dataset): Pick<ViewRequest, 'distance' | 'expression'> {
  const distance = dataset.distances.includes('close') ? 'close' : dataset.distances[0];
  const expression = dataset.expressions.includes('neutral') ? 'neutral' : dataset.expressions[0];
  return { distance, expression };
}

/** The frontal one first, then at most one to each side. */
function readableYaws(yaws: readonly number[]): number[] {
  const readable = yaws.filter((yaw) => Math.abs(yaw) <= readableYawDegrees);
  const front = nearestToZero(yaws);
  const left = Math.max(...readable.filter((yaw) => yaw > front));
  const right = Math.min(...readable.filter((yaw) => yaw < front));
  return [front, right, left].filter(Number.isFinite);
}

function halfwayYaws(yaws: readonly number[]): number[] {
  const sorted = [...new Set(yaws)].sort((a, b) => a - b);
  return sorted.slice(1).map((yaw, index) => Math.round((yaw + sorted[index]) / 2));
}

function nearestToZero(angles: readonly number[]): number {
  return angles.reduce((best, angle) => (Math.abs(angle) < Math.abs(best) ? angle : best));
}

function distinct(views: ViewRequest[]): ViewRequest[] {
  return [...new Map(views.map((view) => [keyOf(view), view])).values()];
}
