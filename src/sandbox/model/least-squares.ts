import type { Renderer } from '../head/renderer.js';
import { clampScene, PARAMETERS, type Scene } from '../head/scene.js';
import { differentiate } from './jacobian.js';

export interface Problem {
  renderer: Renderer;
  /** Display values 0..1 of the picture to be matched, at the renderer's size. */
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

/** Damping tried at most this often before an iteration is given up as converged. */
const TRIES = 4;

/** Levenberg-Marquardt from `start`; at most `iterations` Jacobians. */
export function solve(problem: Problem, start: Scene, iterations: number): Solution {
  const { renderer, target, indices } = problem;
  let here = new Float32Array(target.length);
  let there = new Float32Array(target.length);
  let scene = clampScene(Float64Array.from(start));
  renderer.render(scene, here);
  let cost = costOf(problem, scene, here);
  let damping = 0.01;
  for (let i = 0; i < iterations; i++) {
    const columns = differentiate(renderer, scene, here, indices);
    const { matrix, gradient } = normalEquations(problem, columns, here, scene);
    let gain = 0;
    for (let attempt = 0; attempt < TRIES && gain <= 0; attempt++) {
      const step = solveDamped(matrix, gradient, damping);
      const next = Float64Array.from(scene);
      indices.forEach((index, n) => (next[index] -= Math.max(-1.5, Math.min(1.5, step[n])) * PARAMETERS[index].spread));
      clampScene(next);
      renderer.render(next, there);
      const nextCost = costOf(problem, next, there);
      gain = cost - nextCost;
      if (gain > 0) {
        [scene, cost] = [next, nextCost];
        [here, there] = [there, here];
        damping = Math.max(1e-4, damping * 0.3);
      } else damping *= 6;
    }
    if (gain <= 0 || gain < cost * 1e-3) break;
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

function normalEquations(
  { target, weight, indices, pull }: Problem,
  columns: readonly Float32Array[],
  here: Float32Array,
  scene: Scene,
): { matrix: Float64Array[]; gradient: Float64Array } {
  const size = indices.length;
  let total = 0;
  for (const w of weight) total += 3 * w;
  // Columns and residual are scaled by the root of their weight once, so that the inner loops are plain products.
  const root = Float32Array.from({ length: target.length }, (_, k) => Math.sqrt(weight[(k / 3) | 0] / total));
  const residual = root.map((w, k) => w * (here[k] - target[k]));
  const scaled = columns.map((column) => column.map((value, k) => value * root[k]));
  const matrix = Array.from({ length: size }, () => new Float64Array(size));
  const gradient = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    gradient[i] = dot(scaled[i], residual);
    for (let j = 0; j <= i; j++) matrix[i][j] = matrix[j][i] = dot(scaled[i], scaled[j]);
    const { rest, spread } = PARAMETERS[indices[i]];
    matrix[i][i] += pull(indices[i]);
    gradient[i] += (pull(indices[i]) * (scene[indices[i]] - rest)) / spread;
  }
  return { matrix, gradient };
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** Cholesky with the diagonal raised by the damping; a number that no pixel feels stays where it is. */
function solveDamped(matrix: readonly Float64Array[], gradient: Float64Array, damping: number): Float64Array {
  const size = gradient.length;
  const lower = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j] + (i === j ? damping * matrix[i][i] + 1e-9 : 0);
      for (let k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k];
      lower[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j][j];
    }
  }
  const out = Float64Array.from(gradient);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) out[i] -= lower[i][k] * out[k];
    out[i] /= lower[i][i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) out[i] -= lower[k][i] * out[k];
    out[i] /= lower[i][i];
  }
  return out;
}
