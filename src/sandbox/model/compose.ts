import { mixSeeds, normal, seededRandom } from '../head/random.js';
import { AT, clampScene, PARAMETERS, restScene, type Scene } from '../head/scene.js';
import { applyShift, encode, type Said, shiftOf } from './adapter.js';
import { fitReference } from './fit.js';
import { readPrompt } from './prompt.js';
import { seedScene } from './seed.js';
import type { DrawRequest } from './types.js';
import type { Effect } from './words.js';

/** The scene that a request asks for: words, seed, adapters and, when editing, the head found in the reference. */
export function sceneOf(request: DrawRequest): Scene {
  const { effects, tokens } = readPrompt(request.prompt);
  const refused = readPrompt(request.negative).effects.filter(
    (refusal) => !effects.some((e) => e.index === refusal.index),
  );
  const own = request.reference ? edited(request, effects) : imagined(request.seed, effects);
  for (const { index, value } of refused)
    if (REFUSABLE.has(PARAMETERS[index].group) && value > 0) own[index] = PARAMETERS[index].rest;
  if (request.loras.length === 0) return clampScene(own);
  return clampScene(applyShift(sayScene(effects), own, shiftOf(request.loras, encode(tokens))));
}

/** What a negative prompt can take away: things that are there or not. */
const REFUSABLE: ReadonlySet<string> = new Set(['expression', 'makeup', 'clothes', 'background', 'accessory']);

/**
 * What words alone say, as the trainer and the adapters take it. Words for who somebody is stay out: an adapter that
 * knows the person must not add itself to them.
 */
export function sayScene(effects: readonly Effect[]): Said {
  const scene = restScene();
  const pinned = new Set<number>();
  for (const { index, value, pins } of effects) {
    if (PARAMETERS[index].group === 'identity' || !pins) continue;
    scene[index] = value;
    pinned.add(index);
  }
  return { scene, pinned };
}

function imagined(seed: number, effects: readonly Effect[]): Scene {
  const sexSaid = effects.some(({ index, pins }) => index === AT.jaw && !pins);
  const scene = seedScene(seed, sexSaid);
  for (const { index, value, pins } of effects) if (!pins) scene[index] += value;
  for (const { index, value, pins } of effects) if (pins) scene[index] = value;
  return scene;
}

/** Hair can be done differently in an edit; the rest of who somebody is stays as it was found. */
const RESTYLED: ReadonlySet<number> = new Set(
  (
    [
      'hairLength',
      'hairVolume',
      'fringe',
      'parting',
      'wave',
      'bun',
      'dye',
      'dyeRed',
      'dyeGreen',
      'dyeBlue',
      'hairTone',
      'hairRed',
      'hairGrey',
      'beard',
      'moustache',
    ] as const
  ).map((name) => AT[name]),
);

/** Spread of the seed's doubt about who is in the reference, so that candidates differ a little. */
const JITTER = 0.08;

function edited(request: DrawRequest, effects: readonly Effect[]): Scene {
  const found = request.reference ? fitReference(request.reference).scene : restScene();
  const random = seededRandom(mixSeeds(request.seed, 0xed17));
  const scene = Float64Array.from(found);
  PARAMETERS.forEach(({ group, spread, low }, index) => {
    const doubt = normal(random);
    if ((group === 'identity' && low < -1) || group === 'light') scene[index] += JITTER * spread * doubt;
  });
  for (const { index, value, pins } of effects) {
    if (pins && (PARAMETERS[index].group !== 'identity' || RESTYLED.has(index))) scene[index] = value;
  }
  const share = Math.min(1, Math.max(0, request.denoise ?? 1));
  return scene.map((value, index) => found[index] + (value - found[index]) * share);
}
