import { createHash } from 'node:crypto';
import { frame } from '../head/camera.js';
import { bell } from '../head/kernels.js';
import { AT, inGroups, type ParameterName, PARAMETERS, type Scene } from '../head/scene.js';
import { guessScene } from './first-guess.js';
import { type Problem, type Solution, solve } from './least-squares.js';
import { SoftView } from './soft-view.js';
import type { Picture } from './types.js';

/** A head found in pixels: the scene that draws it most alike, and how far it is from the pixels (rms, 0..1). */
export interface FittedHead {
  scene: Scene;
  difference: number;
}

/**
 * From coarse to fine: first what moves many pixels, held near the average by a strong pull, then all numbers, freer
 * and in more pixels. Without this order paint makes up for misplaced shape and the fit ends in a wrong place.
 */
const STAGES: readonly { size: number; blur: number; all: boolean; pull: number; iterations: number }[] = [
  { size: 32, blur: 4, all: false, pull: 3e-4, iterations: 3 },
  { size: 40, blur: 3, all: true, pull: 4e-5, iterations: 3 },
  { size: 60, blur: 1, all: true, pull: 3e-6, iterations: 3 },
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
  let scene = bestStart(picture, guessScene(picture));
  let difference = 1;
  for (const { size, blur, all, pull, iterations } of STAGES) {
    const problem = problemOf(picture, size, all ? ALL : BOLD, pull, blur);
    weighFace(problem, scene);
    const solution = solve(problem, scene, iterations);
    scene = solution.scene;
    difference = rms(problem, solution);
  }
  return { scene, difference };
}

/** A head seen from the wrong side fits badly for ever after: each side is tried, and the best goes on. */
function bestStart(picture: Picture, guess: Scene): Scene {
  const [{ size, blur, pull }] = STAGES;
  const problem = problemOf(picture, size, BOLD, pull, blur);
  weighFace(problem, guess);
  const tried = [guess[AT.yaw], ...SIDES].map((yaw) => {
    const start = Float64Array.from(guess);
    start[AT.yaw] = yaw;
    // A side parting looks much like a turned head from afar: it is left to the finer stages.
    start[AT.parting] = 0;
    return solve(problem, start, 2);
  });
  return tried.reduce((best, next) => (next.cost < best.cost ? next : best)).scene;
}

/** Degrees of yaw tried beside the guess: portraits are nearly frontal, but which side decides. */
const SIDES = [-10, 8];

/** What moves many pixels at once. */
const BOLD: readonly number[] = (
  [
    'yaw pitch roll distance shiftX shiftY faceWidth faceLength jaw cheeks eyeSpacing eyeY noseLength mouthY browY',
    'mouthWidth skinTone hairTone hairGrey dye dyeRed dyeGreen dyeBlue hairLength hairVolume hairline fringe',
    'keyX keyY key fill warmth rim clothRed clothGreen clothBlue lapels collar neckline shirtRed shirtGreen shirtBlue',
    'topRed topGreen topBlue bottomRed bottomGreen bottomBlue glow neckWidth build beard open smile',
  ]
    .join(' ')
    .split(' ') as ParameterName[]
).map((name) => AT[name]);

const ALL = inGroups('identity', 'view', 'expression', 'light', 'makeup', 'clothes', 'background', 'accessory').filter(
  (index) => index !== AT.variant,
);

function problemOf(
  picture: Picture,
  size: number,
  indices: readonly number[],
  strength: number,
  passes: number,
): Problem {
  // Very long pictures are cut around their middle: nothing of a head lies beyond.
  const ratio = Math.min(2, Math.max(0.5, picture.width / picture.height));
  const width = Math.round(ratio > 1 ? size * ratio : size);
  const height = Math.round(ratio > 1 ? size : size / ratio);
  const view = new SoftView(width, height, passes);
  return {
    view,
    target: view.see(picture),
    weight: new Float32Array(width * height).fill(1),
    indices,
    pull: (index) => strength * pull(index),
  };
}

/** Things that are seldom there are believed less readily; the view is free. */
function pull(index: number): number {
  const { group, low } = PARAMETERS[index];
  if (group === 'view') return 0.02;
  return group === 'identity' && low < -1 ? 1 : group === 'background' || group === 'clothes' ? 0.5 : 1.5;
}

/** The face counts more than its surroundings: it has fewer pixels and more to say. */
function weighFace({ view: { width, height }, weight }: Problem, scene: Scene): void {
  const at = frame(scene, width, height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const dx = (x - at.centreX) / at.scale;
      const dy = (y - at.centreY - 0.12 * at.scale) / at.scale;
      weight[p] = 0.5 + 4 * bell(dx, 0.48) * bell(dy, 0.6);
    }
  }
}

function rms(problem: Problem, { scene }: Solution): number {
  const here = new Float32Array(problem.target.length);
  problem.view.render(scene, here);
  let sum = 0;
  for (let k = 0; k < here.length; k++) sum += (here[k] - problem.target[k]) ** 2;
  return Math.sqrt(sum / here.length);
}
