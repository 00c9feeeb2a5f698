import { stageIds, type StageId } from '../project/names.js';

/** What a run does whatever earlier runs have done: all of it, or one stage. */
export type Freshness = 'all' | StageId | 'sweep';

/** The names that a person gives; what follows from a stage is redone where its result differs. */
export const freshStages: Record<string, Freshness> = {
  all: 'all',
  ...Object.fromEntries(stageIds.map((id) => [id.slice(3), id])),
  sweep: 'sweep',
};

/** For the input of an activity: nothing where earlier work counts, so that histories from before stay as they are. */
export const freshIf = (fresh: Freshness | undefined, stage: StageId | 'sweep'): { fresh?: true } =>
  fresh === 'all' || fresh === stage ? { fresh: true } : {};
