import type { NamedPrompt } from '../project/schema.js';
import { seedOf } from '../project/seeds.js';
import { testSeeds } from '../project/test-prompts.js';

/** Every prompt with every seed: what each checkpoint of a sweep is rendered with. */
export interface PromptGrid {
  prompts: NamedPrompt[];
  /** How many of each prompt. */
  seeds: number;
  /** Of the training; the pictures' own seeds follow from it. */
  seed: number;
  /** Where the LoRA is rendered at several: each has all of the pictures, one strength after the other. */
  strengths?: number[];
  /** Each with `testSeeds` images, after those of the prompts. */
  tests?: NamedPrompt[];
}

export interface SweepItem {
  /** `PROMPT.INDEX`, of several strengths `PROMPT.INDEX@STRENGTH`; prompt ids hold no dot. */
  key: string;
  /** Its text. */
  prompt: string;
  seed: number;
  /** Of several. */
  strength?: number;
}

export function sweepItems({ prompts, seeds, seed, strengths, tests = [] }: PromptGrid): SweepItem[] {
  const each = (all: readonly NamedPrompt[], count: number): SweepItem[] =>
    all.flatMap(({ id, text }) =>
      Array.from({ length: count }, (_, index) => ({
        key: `${id}.${index}`,
        prompt: text,
        seed: seedOf(seed, 'sweep', id, index),
      })),
    );
  const items = [...each(prompts, seeds), ...each(tests, testSeeds)];
  if (!strengths) return items;
  return strengths.flatMap((strength) => items.map((item) => ({ ...item, key: `${item.key}@${strength}`, strength })));
}

/** How many of a set's images are tests: its last ones. */
export const testImages = ({ tests = [] }: Pick<PromptGrid, 'tests'>): number => tests.length * testSeeds;

export const promptOfKey = (key: string): string => key.slice(0, key.indexOf('.'));

/** What is the same picture at another strength, or without LoRA. */
export const keyAtAnyStrength = (key: string): string => key.replace(/@.*$/, '');

/** Where among the pictures of a grid those of each strength stand. */
export function strengthRanges(strengths: readonly number[], pictures: number) {
  const each = pictures / strengths.length;
  return strengths.map((strength, at) => ({ strength, from: at * each, to: (at + 1) * each }));
}

/** The name of what is rendered at one of several strengths. */
export const nameAt = (unit: string, strength: number): string => `${unit}-strength-${strength}`;
