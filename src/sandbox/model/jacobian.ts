import { PARAMETERS, type Scene } from '../head/scene.js';
import type { SoftView } from './soft-view.js';

/** Size of the finite difference, in spreads: large against the sampling of edges, small against what bends. */
const STEP = 0.3;

/** Numbers that touch the same surfaces are differenced one after another: the renderer then redoes less. */
export function inDrawingOrder(indices: readonly number[]): number[] {
  const order = ['background', 'body', 'hair', 'head', 'all', 'shape'];
  return [...indices].sort((a, b) => order.indexOf(PARAMETERS[a].affects) - order.indexOf(PARAMETERS[b].affects));
}

/**
 * How the picture changes with each scene number, by forward differences: one column of display values per spread of
 * that number, in the order of `indices`. `here` is what the view shows of `scene`; `into`, if it has any, are columns no
 * longer wanted, which are written over.
 */
export function differentiate(
  view: SoftView,
  scene: Scene,
  here: Float32Array,
  indices: readonly number[],
  into: readonly Float32Array[] = [],
): Float32Array[] {
  const columns = new Array<Float32Array>(indices.length);
  const place = new Map(indices.map((index, i) => [index, i]));
  const moved = Float64Array.from(scene);
  for (const index of inDrawingOrder(indices)) {
    const { spread, high } = PARAMETERS[index];
    const step = scene[index] + STEP * spread > high ? -STEP : STEP;
    moved[index] = scene[index] + step * spread;
    const at = place.get(index) ?? 0;
    const there = into[at] ?? new Float32Array(here.length);
    view.render(moved, there);
    moved[index] = scene[index];
    for (let k = 0; k < there.length; k++) there[k] = (there[k] - here[k]) / step;
    columns[at] = there;
  }
  return columns;
}
