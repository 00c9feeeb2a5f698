import { mixSeeds, normal, seededRandom } from '../head/random.js';
import { AT, clampScene, type ParameterName, PARAMETERS, restScene, type Scene } from '../head/scene.js';
import { PHRASES } from './words.js';

/** People of neighbouring looks are hard to tell apart in drawings: the seed spreads them wider than the unit. */
const VARIETY = 1.18;

/**
 * A scene in which the seed decides everything: a person, their clothes, a place and a light. The prompt then pins
 * what it says. `sexSaid` keeps the seed from choosing the sex when the prompt does.
 */
export function seedScene(seed: number, sexSaid: boolean): Scene {
  const random = seededRandom(mixSeeds(seed, 0x5eed));
  const scene = restScene();
  PARAMETERS.forEach(({ group, low }, index) => {
    const value = normal(random);
    if (group === 'identity' && low < -1) scene[index] = VARIETY * value;
  });
  // Most people: no dye, few freckles, some greying only with age.
  scene[AT.age] = -0.35 + 0.8 * scene[AT.age];
  scene[AT.hairGrey] = -1.2 + 0.6 * scene[AT.hairGrey] + 0.9 * Math.max(0, scene[AT.age] - 0.6);
  scene[AT.freckles] -= 0.6;
  scene[AT.beard] -= 0.4;
  scene[AT.moustache] = 0.6 * scene[AT.moustache] + 0.4 * scene[AT.beard] - 0.4;
  const female = random() < 0.5;
  if (!sexSaid)
    for (const { index, value, pins } of PHRASES.get(female ? 'woman' : 'man') ?? [])
      scene[index] = pins ? value : scene[index] + value;
  dress(scene, random);
  place(scene, random);
  return clampScene(scene);
}

/** Colours that people wear for portraits. */
const CLOTHS = [
  [0.93, 0.92, 0.9],
  [0.1, 0.1, 0.11],
  [0.16, 0.19, 0.3],
  [0.42, 0.45, 0.5],
  [0.72, 0.62, 0.5],
  [0.5, 0.16, 0.2],
  [0.2, 0.34, 0.3],
  [0.56, 0.62, 0.74],
  [0.8, 0.62, 0.62],
  [0.34, 0.26, 0.22],
] as const;

function dress(scene: Scene, random: () => number): void {
  const cloth = CLOTHS[Math.floor(random() * CLOTHS.length)];
  const shirt = random() < 0.5 ? 0.93 : 0.1;
  (['Red', 'Green', 'Blue'] as const).forEach((part, i) => {
    scene[AT[`cloth${part}`]] = cloth[i] + 0.04 * (random() - 0.5);
    scene[AT[`shirt${part}`]] = shirt;
  });
  const kind = Math.floor(random() * 5);
  if (kind === 1) scene[AT.neckline] = 0.4 + 0.5 * random();
  if (kind === 2) scene[AT.collar] = 0.9;
  if (kind === 3) scene[AT.lapels] = 0.9;
  if (kind === 4) scene[AT.hood] = 0.9;
}

function place(scene: Scene, random: () => number): void {
  const base = 0.35 + 0.5 * random();
  for (const part of ['Red', 'Green', 'Blue'] as const) {
    scene[AT[`top${part}`]] = base + 0.16 * (random() - 0.5);
    scene[AT[`bottom${part}`]] = base - 0.1 + 0.2 * (random() - 0.5);
  }
  scene[AT.glow] = 0.25 + 0.45 * random();
  scene[AT.bokeh] = random() < 0.3 ? 0.5 * random() + 0.2 : 0;
  setColour(scene, 'accent', random, 0.4, 1);
  scene[AT.variant] = normal(random);
  scene[AT.keyX] = (random() < 0.5 ? -1 : 1) * (0.2 + 0.5 * random());
  scene[AT.keyY] = 0.35 + 0.3 * random();
  scene[AT.warmth] = 0.25 * normal(random);
  scene[AT.rim] = 0.3 * random();
  scene[AT.yaw] = 5 * normal(random);
  scene[AT.pitch] = 2.5 * normal(random);
  scene[AT.distance] = 1 + 0.06 * normal(random);
  scene[AT.smile] = 0.2 * Math.abs(normal(random));
}

function setColour(scene: Scene, prefix: string, random: () => number, low: number, high: number): void {
  for (const part of ['Red', 'Green', 'Blue']) {
    scene[AT[`${prefix}${part}` as ParameterName]] = low + (high - low) * random();
  }
}
