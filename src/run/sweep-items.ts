import type { NamedPrompt } from '../project/schema.js';
import { seedOf } from '../project/seeds.js';

/** Every prompt with every seed: what each checkpoint of a sweep is rendered with. */
export interface PromptGrid {
  prompts: NamedPrompt[];
  /** How many of each prompt. */
  seeds: number;
  /** Of the training; the pictures' own seeds follow from it. */
  seed: number;
}

export interface SweepItem {
  /** `PROMPT.INDEX`; prompt ids hold no dot. */
  key: string;
  /** Its text. */
  prompt: string;
  seed: number;
}

export const sweepItems = ({ prompts, seeds, seed }: PromptGrid): SweepItem[] =>
  prompts.flatMap(({ id, text }) =>
    Array.from({ length: seeds }, (_, index) => ({
      key: `${id}.${index}`,
      prompt: text,
      seed: seedOf(seed, 'sweep', id, index),
    })),
  );

export const promptOfKey = (key: string): string => key.slice(0, key.lastIndexOf('.'));
