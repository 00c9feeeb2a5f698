import type { NamedPrompt } from './schema.js';
import { withTrigger } from './prompts.js';

/** What a checkpoint is tried with beside the sweep's prompts. No prompt of a project may be called so. */
export const testIds = ['_alone', '_without', '_other'] as const;
export type TestId = (typeof testIds)[number];

/** Images of each test and checkpoint: what bounds their cost. */
export const testSeeds = 3;

export const testNames: Readonly<Record<TestId, string>> = {
  _alone: 'trigger alone',
  _without: 'without the trigger',
  _other: 'another person described',
};

/** The same words for all families. */
export const testPrompts = (trigger: string): NamedPrompt[] => [
  { id: '_alone', text: trigger },
  { id: '_without', text: 'portrait photo of a person, front view, head and shoulders, plain background' },
  {
    id: '_other',
    text: withTrigger('portrait photo of [trigger], old man, bald, grey beard, dark skin, front view', trigger),
  },
];
