import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { ownershipOf, type ChosenLoras, type Ownership } from './ownership.js';
import { removalKeyOf, type Removal } from './notes.js';
import type { SharedRecord, Survey, SurveyedRun } from './survey.js';
import { removeRecords } from './training-order.js';

export interface TidyOptions {
  /** These runs go. */
  runs: SurveyedRun[];
  /** Of these only the chosen checkpoint stays. */
  onlyChosen?: ChosenLoras;
  /** What belongs to no run goes where it is older; null: it is left. */
  orphansBeforeMs: number | null;
  /** What was touched later stays: work that is under way may rely on it. */
  touchedBeforeMs: number;
  dryRun: boolean;
  /** Has Temporal forget a run. */
  forget(run: SurveyedRun): Promise<void>;
  /** At named points, for whoever wants to know how far it is. */
  onStep?(step: TidyStep): void | Promise<void>;
}

export type TidyStep = 'noted' | 'forgotten' | 'run-gone' | 'records-gone' | 'contents-gone' | 'done';

export interface Tidied {
  /** Of contents and records. */
  freedBytes: number;
  files: number;
  /** Would go, but was touched too lately. */
  heldBytes: number;
}

/** S3 takes some 20 ms for each. */
const removedAtOnce = 16;

/**
 * Removes runs with what they alone need, and what no run needs. The order is that of writing backwards: a writer stores
 * content, then the record that names it, then tells its run; so here
 *  1. a note says which runs go and what they needed (`removals/ID`): after a kill, whoever comes next finishes it, and
 *     nobody starts a run of that id;
 *  2. Temporal forgets them: no worker or client is led to them any more;
 *  3. their records go, the newest first: a run is whole, as it once stood, or not there;
 *  4. shared records that no remaining run needs go: nothing is reused any more that is about to go;
 *  5. contents go;
 *  6. the note goes.
 * At any moment a record names what is there; content that nothing names is found by the next one.
 */
export async function tidy(store: ArtifactStore, survey: Survey, options: TidyOptions): Promise<Tidied> {
  const { runs, onlyChosen, dryRun, forget, onStep = () => undefined } = options;
  const [before, after] = [ownershipOf(survey), ownershipOf(without(survey, runs), onlyChosen)];
  const dead = deadRecords(survey, before, after, options.orphansBeforeMs);
  const records = runs.flatMap(({ records, starts }) => [...records.toReversed(), ...starts]);
  const tidied: Tidied = { freedBytes: sum(dead), files: dead.length + records.length, heldBytes: 0 };
  if (!dryRun) {
    for (const run of runs) await note(store, run);
    await onStep('noted');
    for (const run of runs) await forget(run);
    await onStep('forgotten');
    for (const { key } of records) await store.upkeep.removeRecord(key);
    await onStep('run-gone');
    await removeRecords(store, dead);
    await onStep('records-gone');
  }
  await removeContents(store, { before, after, ...options }, tidied);
  if (options.orphansBeforeMs !== null)
    tidied.freedBytes += await store.upkeep.removeLeftovers(options.orphansBeforeMs, dryRun);
  if (dryRun) return tidied;
  await onStep('contents-gone');
  for (const { runId } of runs) await store.upkeep.removeRecord(removalKeyOf(runId));
  await onStep('done');
  return tidied;
}

async function note(store: ArtifactStore, { runId, reach }: SurveyedRun): Promise<void> {
  const removal: Removal = { runId, at: new Date().toISOString(), contents: [...reach] };
  await store.putRecord(removalKeyOf(runId), removal);
}

function without({ runs, ...rest }: Survey, gone: SurveyedRun[]): Survey {
  const remaining = new Map(runs);
  for (const { runId } of gone) remaining.delete(runId);
  return { runs: remaining, ...rest };
}

function deadRecords(
  { shared }: Survey,
  before: Ownership,
  after: Ownership,
  orphansBeforeMs: number | null,
): SharedRecord[] {
  const isOld = (writtenAtMs: number) => orphansBeforeMs !== null && writtenAtMs < orphansBeforeMs;
  // A training that somebody is at, whom we do not know, has young records: all of it stays.
  const youngest = new Map<string, number>();
  for (const { training, writtenAtMs } of shared)
    if (training !== null) youngest.set(training, Math.max(youngest.get(training) ?? 0, writtenAtMs));
  return shared.filter((record) => {
    if (isOwned(after.records.get(record))) return false;
    const writtenAtMs = record.training === null ? record.writtenAtMs : (youngest.get(record.training) ?? Infinity);
    return isOwned(before.records.get(record)) || isOld(writtenAtMs);
  });
}

const isOwned = (owners: Set<string> | undefined): boolean => owners !== undefined && owners.size > 0;
const sum = (records: { bytes: number }[]): number => records.reduce((bytes, record) => bytes + record.bytes, 0);

type ContentOptions = TidyOptions & { before: Ownership; after: Ownership };

async function removeContents(
  store: ArtifactStore,
  { before, after, orphansBeforeMs, touchedBeforeMs, dryRun }: ContentOptions,
  tidied: Tidied,
): Promise<void> {
  const remove = async (sha256: string, bytes: number, touchedAtMs: number, limitMs: number): Promise<void> => {
    const isRemoved = touchedAtMs < limitMs && (dryRun || (await store.upkeep.removeContent(sha256, limitMs)));
    if (!isRemoved) tidied.heldBytes += bytes;
    else {
      tidied.freedBytes += bytes;
      tidied.files += 1;
    }
  };
  const listed = store.upkeep.contents()[Symbol.asyncIterator]();
  const remover = async (): Promise<void> => {
    for (let next = await listed.next(); !next.done; next = await listed.next()) {
      const { sha256, bytes, touchedAtMs } = next.value;
      if (isOwned(after.contents.get(sha256))) continue;
      const isOrphan = !isOwned(before.contents.get(sha256));
      if (isOrphan && orphansBeforeMs === null) continue;
      const limitMs = Math.min(touchedBeforeMs, isOrphan ? (orphansBeforeMs ?? 0) : Infinity);
      await remove(sha256, bytes, touchedAtMs, limitMs);
    }
  };
  await Promise.all(Array.from({ length: removedAtOnce }, remover));
}
