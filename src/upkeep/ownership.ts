import type { SharedRecord, Survey } from './survey.js';

/** Which runs need a content or a record. `kept` stands for records of a kind that we do not know. */
export type Owners = Set<string>;
export const keptByOthers = '*';

export interface Ownership {
  contents: Map<string, Owners>;
  records: Map<SharedRecord, Owners>;
}

/** A run of which only the chosen checkpoint stays: its LoRA, or null where nothing is chosen and all stay. */
export type ChosenLoras = ReadonlyMap<string, { chosen: string; others: ReadonlySet<string> }>;

/**
 * Who needs what. A run needs what it reaches; of the records that runs share, those that it had made, and those that name
 * what it reaches; and what they name. Of a training, what keeps its order (claims, what was told, stops) belongs to every
 * run that has a checkpoint of it.
 */
export function ownershipOf({ runs, shared, rooted }: Survey, onlyChosen: ChosenLoras = new Map()): Ownership {
  const contents = new Map<string, Owners>();
  const add = (sha256: string, owner: string): void => {
    const owners = contents.get(sha256);
    if (owners) owners.add(owner);
    else contents.set(sha256, new Set([owner]));
  };
  for (const sha256 of rooted) add(sha256, keptByOthers);
  for (const { runId, reach } of runs.values())
    for (const sha256 of reach) if (!onlyChosen.get(runId)?.others.has(sha256)) add(sha256, runId);
  const records = new Map<SharedRecord, Owners>();
  const trainings = new Map<string, Owners>();
  for (const record of shared) {
    const owners = ownersOf(record, contents, (runId) => runs.has(runId) && !onlyChosen.has(runId));
    records.set(record, owners);
    if (record.training === null) continue;
    const ofTraining = trainings.get(record.training) ?? new Set();
    for (const owner of owners) ofTraining.add(owner);
    trainings.set(record.training, ofTraining);
  }
  for (const [record, owners] of records) {
    const ofTraining = record.training === null ? null : trainings.get(record.training);
    if (ofTraining && hasOrder(record)) for (const owner of ofTraining) owners.add(owner);
    for (const owner of owners)
      for (const sha256 of record.named)
        // What only continues a training is not of the chosen checkpoint.
        if (!onlyChosen.has(owner) || record.lora === null || sha256 === record.lora) add(sha256, owner);
  }
  return { contents, records };
}

function ownersOf(
  { by, named, lora }: SharedRecord,
  contents: Ownership['contents'],
  isOwner: (runId: string) => boolean,
): Owners {
  // Of a checkpoint its LoRA alone tells: other trainings may have the same state.
  const tell = lora === null ? named : [lora];
  return new Set([...by.filter(isOwner), ...tell.flatMap((sha256) => [...(contents.get(sha256) ?? [])])]);
}

/** Numbered without a gap, so that they stay or go together; a scheduled checkpoint is looked up by its step. */
const hasOrder = ({ key }: SharedRecord): boolean => !/\/(step|told)-[\d.]+$/.test(key);
