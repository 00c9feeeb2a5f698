import { mixSeeds, normal, type Random, seededRandom } from '../head/random.js';
import { AT, clampScene, PARAMETERS, SCENE_SIZE, restScene, type Scene } from '../head/scene.js';
import { choleskySolve } from './cholesky.js';
import { rendererOf, shrink } from './picture.js';
import { seedScene } from './seed.js';
import type { Picture } from './types.js';

/**
 * A first look at a picture: kernel ridge regression from a few pixels to the scene, learnt from random scenes that
 * this module draws for itself once a process (about a second). A fit starts from what it says.
 */
interface Memory {
  pictures: Float32Array[];
  /** Scene numbers about rest, in spreads, weighted so that a kernel sum gives the guess. */
  answers: Float64Array[];
  bandwidth: number;
}

const EDGE = 24;
const EXAMPLES = 420;
const RIDGE = 0.02;
let memory: Memory | undefined;

/** The scene that the picture probably shows. A picture unlike any drawing gives something near the average. */
export function guessScene(picture: Picture): Scene {
  memory ??= learn();
  const { pictures, answers, bandwidth } = memory;
  const seen = shrink(picture, EDGE, EDGE);
  const scene = restScene();
  pictures.forEach((known, i) => {
    const k = Math.exp(-distance(known, seen) / bandwidth);
    for (let p = 0; p < SCENE_SIZE; p++) scene[p] += k * answers[i][p] * PARAMETERS[p].spread;
  });
  return clampScene(scene);
}

function learn(): Memory {
  const renderer = rendererOf(EDGE, EDGE);
  const pictures: Float32Array[] = [];
  const scenes: Scene[] = [];
  for (let i = 0; i < EXAMPLES; i++) {
    const scene = example(i);
    const picture = new Float32Array(EDGE * EDGE * 3);
    renderer.render(scene, picture);
    scenes.push(scene);
    pictures.push(picture);
  }
  const apart = pictures.map((a, i) => Float64Array.from(pictures.slice(0, i), (b) => distance(a, b)));
  const bandwidth =
    (1.5 * apart.reduce((sum, row) => sum + row.reduce((s, d) => s + d, 0), 0)) / ((EXAMPLES * (EXAMPLES - 1)) / 2);
  const kernel = pictures.map((_, i) =>
    Float64Array.from({ length: EXAMPLES }, (__, j) =>
      i === j ? 1 + RIDGE : Math.exp(-(apart[Math.max(i, j)][Math.min(i, j)] as number) / bandwidth),
    ),
  );
  const wanted = scenes.map((scene) =>
    Float64Array.from(scene, (value, p) => (value - PARAMETERS[p].rest) / PARAMETERS[p].spread),
  );
  return { pictures, answers: choleskySolve(kernel, wanted), bandwidth };
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return sum / a.length;
}

/** A random scene of the kinds that prompts lead to, in any view that a face can still be seen in. */
function example(i: number): Scene {
  const random = seededRandom(mixSeeds(i, 0x6e55));
  const scene = seedScene(mixSeeds(i, 77), false);
  scene[AT.yaw] = 24 * normal(random);
  scene[AT.pitch] = 7 * normal(random);
  scene[AT.roll] = 3 * normal(random);
  scene[AT.distance] = 0.55 + 0.9 * random();
  scene[AT.shiftX] = 0.06 * normal(random);
  scene[AT.shiftY] = 0.06 * normal(random);
  scene[AT.smile] = 0.5 * normal(random);
  scene[AT.open] = Math.max(0, 0.4 * normal(random));
  scene[AT.hairLength] += normal(random);
  dressUp(scene, random);
  return clampScene(scene);
}

function dressUp(scene: Scene, random: Random): void {
  const spread = (name: 'keyX' | 'keyY' | 'key' | 'fill' | 'warmth' | 'rim', by: number): void => {
    scene[AT[name]] += by * normal(random);
  };
  spread('keyX', 0.5);
  spread('keyY', 0.25);
  spread('key', 0.12);
  spread('fill', 0.08);
  spread('warmth', 0.3);
  spread('rim', 0.2);
  const dark = random() < 0.3 ? 0.25 : 1;
  for (const name of ['topRed', 'topGreen', 'topBlue', 'bottomRed', 'bottomGreen', 'bottomBlue'] as const) {
    scene[AT[name]] = dark * Math.min(1, Math.max(0, scene[AT[name]] + 0.22 * normal(random)));
  }
  for (const name of ['clothRed', 'clothGreen', 'clothBlue'] as const) scene[AT[name]] += 0.15 * normal(random);
  for (const name of [
    'lipstick',
    'eyeShadow',
    'eyeliner',
    'blush',
    'beams',
    'neon',
    'city',
    'leaves',
    'horizon',
  ] as const) {
    if (random() < 0.2) scene[AT[name]] = random();
  }
}
