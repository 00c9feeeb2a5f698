import type { StageRecord } from './record.js';
import type { StageId } from '../project/names.js';

/** A stage that the run has not come to. */
export const pendingStage = (id: StageId): StageRecord => ({
  id,
  state: 'pending',
  startedAt: null,
  finishedAt: null,
  attempts: 0,
  chosen: null,
  outputs: [],
  rejected: [],
  message: null,
});
