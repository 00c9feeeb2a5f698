import { createHash } from 'node:crypto';
import { frame } from '../head/camera.js';
import { bell } from '../head/kernels.js';
import { AT, clampScene, inGroups, type ParameterName, PARAMETERS, restScene, type Scene } from '../head/scene.js';
import { type Problem, type Solution, solve } from './least-squares.js';
import { rendererOf, shrink } from './picture.js';
import type { Picture } from './types.js';

/** A head found in pixels: the scene that draws it most alike, and how far it is from the pixels (rms, 0..1). */
export interface FittedHead {
  scene: Scene;
  difference: number;
}

const COARSE = 40;
const FINE = 72;
const STARTS: readonly (readonly [yaw: number, hairLength: number])[] = [
  [0, 1.2],
  [0, -1.2],
  [38, 0.5],
  [-38, 0.5],
];
const FITS_KEPT = 32;
const fits = new Map<string, FittedHead>();

/** Fits the head to a picture, from its pixels alone. The result is kept (by the pixels' hash) for the next asker. */
export function fitReference(picture: Picture): FittedHead {
  const key = createHash('sha256').update(`${picture.width}x${picture.height}`).update(picture.pixels).digest('hex');
  let found = fits.get(key);
  if (!found) {
    found = fit(picture);
    if (fits.size >= FITS_KEPT) fits.delete([...fits.keys()][0]);
    fits.set(key, found);
  }
  return found;
}

function fit(picture: Picture): FittedHead {
  const coarse = problemOf(picture, COARSE, named(COARSE_NAMES));
  const starts = STARTS.map(([yaw, hairLength]) => {
    const start = guess(coarse.target, coarse.renderer.width, coarse.renderer.height);
    start[AT.yaw] = yaw;
    start[AT.hairLength] = hairLength;
    return solve(coarse, start, 2);
  });
  const best = starts.reduce((a, b) => (b.cost < a.cost ? b : a));
  const placed = solve(coarse, best.scene, 5);
  const fine = problemOf(picture, FINE, ALL);
  weighFace(fine, placed.scene);
  const solved = solve(fine, placed.scene, 6);
  return { scene: solved.scene, difference: rms(fine, solved) };
}

const COARSE_NAMES =
  'yaw pitch distance shiftX shiftY faceWidth faceLength skinTone hairTone hairGrey hairLength hairVolume hairline fringe eyeY noseLength mouthY keyX keyY key fill warmth rim clothRed clothGreen clothBlue topRed topGreen topBlue bottomRed bottomGreen bottomBlue neckWidth build beard';

function named(names: string): number[] {
  return names.split(' ').map((name) => AT[name as ParameterName]);
}

const ALL = inGroups('identity', 'view', 'expression', 'light', 'makeup', 'clothes', 'background', 'accessory').filter(
  (index) => index !== AT.variant,
);

function problemOf(picture: Picture, size: number, indices: readonly number[]): Problem {
  // Very long pictures are cut around their middle: nothing of a head lies beyond.
  const ratio = Math.min(2, Math.max(0.5, picture.width / picture.height));
  const width = Math.round(ratio > 1 ? size * ratio : size);
  const height = Math.round(ratio > 1 ? size : size / ratio);
  const renderer = rendererOf(width, height);
  return {
    renderer,
    target: shrink(picture, width, height),
    weight: new Float32Array(width * height).fill(1),
    indices,
    pull,
  };
}

/** Weak: decides only what the pixels leave open. */
function pull(index: number): number {
  const { group } = PARAMETERS[index];
  return group === 'view' ? 0 : group === 'identity' ? 2e-6 : 4e-6;
}

/** First guess of the colours from where things usually are in a portrait. */
function guess(target: Float32Array, width: number, height: number): Scene {
  const at = (x: number, y: number): number[] => {
    const k = (Math.min(height - 1, Math.round(y * height)) * width + Math.min(width - 1, Math.round(x * width))) * 3;
    return [target[k], target[k + 1], target[k + 2]];
  };
  const mean = (...colours: number[][]): number[] =>
    [0, 1, 2].map((c) => colours.reduce((s, v) => s + v[c], 0) / colours.length);
  const scene = restScene();
  scene[AT.beard] = scene[AT.moustache] = -1;
  const paint = (prefix: string, colour: number[]): void =>
    ['Red', 'Green', 'Blue'].forEach((part, i) => (scene[AT[`${prefix}${part}` as ParameterName]] = colour[i] ** 1.16));
  paint('top', mean(at(0.03, 0.03), at(0.97, 0.03), at(0.15, 0.05), at(0.85, 0.05)));
  paint('bottom', mean(at(0.03, 0.7), at(0.97, 0.7)));
  paint('cloth', mean(at(0.35, 0.97), at(0.5, 0.97), at(0.65, 0.97)));
  const skin = mean(at(0.5, 0.48), at(0.44, 0.55), at(0.56, 0.55));
  scene[AT.skinTone] = Math.max(-2.2, Math.min(1.8, (skin[0] * 0.4 + skin[1] * 0.6 - 0.66) * 6));
  const hair = mean(at(0.5, 0.16), at(0.4, 0.18), at(0.6, 0.18));
  scene[AT.hairTone] = Math.max(-1.5, Math.min(2.2, (hair[0] - 0.22) * 5));
  return clampScene(scene);
}

/** The face counts more than its surroundings: it has fewer pixels and more to say. */
function weighFace({ renderer: { width, height }, weight }: Problem, scene: Scene): void {
  const view = frame(scene, width, height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const dx = (x - view.centreX) / view.scale;
      const dy = (y - view.centreY - 0.12 * view.scale) / view.scale;
      weight[p] = 0.5 + 4 * bell(dx, 0.48) * bell(dy, 0.6);
    }
  }
}

function rms(problem: Problem, { scene }: Solution): number {
  const here = new Float32Array(problem.target.length);
  problem.renderer.render(scene, here);
  let sum = 0;
  for (let k = 0; k < here.length; k++) sum += (here[k] - problem.target[k]) ** 2;
  return Math.sqrt(sum / here.length);
}
