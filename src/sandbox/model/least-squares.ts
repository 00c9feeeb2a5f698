import { clampScene, PARAMETERS, type Scene } from '../head/scene.js';
import { choleskySolve } from './cholesky.js';
import { differentiate } from './jacobian.js';
import type { SoftView } from './soft-view.js';

export interface Problem {
  view: SoftView;
  /** Display values 0..1 of the picture to be matched, as the view sees it. */
  target: Float32Array;
  /** How much each pixel counts, one number a pixel. */
  weight: Float32Array;
  indices: readonly number[];
  /** Pull of each number towards its rest, per squared spread, against the mean squared difference. */
  pull: (index: number) => number;
}

export interface Solution {
  scene: Scene;
  /** Weighted mean squared difference plus pulls. */
  cost: number;
}

/** Steps taken on one Jacobian: the first ones earn most of what it has to give, and they cost one drawing each. */
const STEPS_A_JACOBIAN = 5;

/** Levenberg-Marquardt from `start`; at most `iterations` Jacobians, each used for several steps. */
export function solve(problem: Problem, start: Scene, iterations: number): Solution {
  const { view, target, indices } = problem;
  let here = new Float32Array(target.length);
  let there = new Float32Array(target.length);
  let scene = clampScene(Float64Array.from(start));
  view.render(scene, here);
  let cost = costOf(problem, scene, here);
  let damping = 0.02;
  for (let i = 0; i < iterations; i++) {
    const before = cost;
    const columns = weighted(problem, differentiate(view, scene, here, indices));
    const matrix = normalMatrix(problem, columns);
    for (let step = 0; step < STEPS_A_JACOBIAN; step++) {
      const next = stepWithin(problem, matrix, gradientOf(problem, columns, here, scene), scene, damping);
      view.render(next, there);
      const nextCost = costOf(problem, next, there);
      if (nextCost >= cost) {
        damping *= 8;
        continue;
      }
      const gain = (cost - nextCost) / cost;
      [scene, cost] = [next, nextCost];
      [here, there] = [there, here];
      damping = Math.max(1e-3, damping * 0.35);
      if (gain < 0.01) break;
    }
    if (before - cost < before * 2e-3) break;
    damping = Math.min(damping, 1);
  }
  return { scene, cost };
}

export function costOf({ target, weight, indices, pull }: Problem, scene: Scene, here: Float32Array): number {
  let sum = 0;
  let total = 0;
  for (let p = 0, k = 0; p < weight.length; p++, k += 3) {
    const [r, g, b] = [here[k] - target[k], here[k + 1] - target[k + 1], here[k + 2] - target[k + 2]];
    sum += weight[p] * (r * r + g * g + b * b);
    total += 3 * weight[p];
  }
  let pulls = 0;
  for (const index of indices) {
    const { rest, spread } = PARAMETERS[index];
    pulls += pull(index) * ((scene[index] - rest) / spread) ** 2;
  }
  return sum / total + pulls;
}

/** Columns times the root of each pixel's weight, once, so that the inner loops are plain products. */
function weighted({ weight }: Problem, columns: Float32Array[]): Float32Array[] {
  const root = rootOf(weight);
  for (const column of columns) for (let k = 0; k < column.length; k++) column[k] *= root[(k / 3) | 0];
  return columns;
}

function rootOf(weight: Float32Array): Float32Array {
  let total = 0;
  for (const w of weight) total += 3 * w;
  return weight.map((w) => Math.sqrt(w / total));
}

function normalMatrix({ indices, pull }: Problem, columns: readonly Float32Array[]): Float64Array[] {
  const matrix = columns.map(() => new Float64Array(columns.length));
  for (let i = 0; i < columns.length; i++) {
    for (let j = 0; j <= i; j++) matrix[i][j] = matrix[j][i] = dot(columns[i], columns[j]);
    matrix[i][i] += pull(indices[i]);
  }
  return matrix;
}

function gradientOf(
  problem: Problem,
  columns: readonly Float32Array[],
  here: Float32Array,
  scene: Scene,
): Float64Array {
  const root = rootOf(problem.weight);
  const residual = here.map((value, k) => root[(k / 3) | 0] * (value - problem.target[k]));
  return Float64Array.from(columns, (column, i) => {
    const index = problem.indices[i];
    const { rest, spread } = PARAMETERS[index];
    return dot(column, residual) + (problem.pull(index) * (scene[index] - rest)) / spread;
  });
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** Rounds of finding numbers that would leave their range; few are left after two. */
const BOUND_ROUNDS = 4;

/**
 * The next scene for a damping. Numbers that would leave their range are set to its end and the others are solved
 * again around them: clamping alone would leave the others answering to a move that never happened.
 */
function stepWithin(
  problem: Problem,
  matrix: readonly Float64Array[],
  gradient: Float64Array,
  scene: Scene,
  damping: number,
): Scene {
  const { indices } = problem;
  const move = new Float64Array(indices.length);
  let free = indices.map((_, i) => i);
  for (let round = 0; round < BOUND_ROUNDS && free.length > 0; round++) {
    const held = indices.map((_, i) => i).filter((i) => !free.includes(i));
    const right = free.map((i) => Float64Array.of(held.reduce((sum, j) => sum - matrix[i][j] * move[j], gradient[i])));
    const solved = choleskySolve(
      free.map((i, n) =>
        Float64Array.from(free, (j, m) => matrix[i][j] + (n === m ? damping * matrix[i][i] + 1e-9 : 0)),
      ),
      right,
    );
    free.forEach((i, n) => (move[i] = Math.max(-LONGEST, Math.min(LONGEST, solved[n][0]))));
    const leaving = free.filter((i) => {
      const { spread, low, high } = PARAMETERS[indices[i]];
      const value = scene[indices[i]] - move[i] * spread;
      if (value >= low && value <= high) return false;
      move[i] = (scene[indices[i]] - (value < low ? low : high)) / spread;
      return true;
    });
    if (leaving.length === 0) break;
    free = free.filter((i) => !leaving.includes(i));
  }
  const next = Float64Array.from(scene);
  indices.forEach((index, i) => (next[index] -= move[i] * PARAMETERS[index].spread));
  return clampScene(next);
}

/** No number moves further than this in one step, in spreads. */
const LONGEST = 1.5;
