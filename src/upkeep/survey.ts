import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { KeptRun } from '../artifacts/run-records.js';
import { namedIn, type Named } from './named-contents.js';
import { reachOf } from './reach.js';
import { kindOf, numberOf, ownersIn } from './record-kinds.js';
import type { Removal, StartNote } from './notes.js';

/** A run as Temporal has it. */
export interface TemporalRun {
  runId: string;
  isOpen: boolean;
  /** What its histories name. */
  named: Iterable<Named>;
  /** Of an open one: what is touched from then on may be in use by work that its history does not tell yet. */
  reliesSinceMs: number;
}

export interface SurveyedRun {
  runId: string;
  /** By number, ascending. */
  records: { key: string; value: KeptRun }[];
  temporal: TemporalRun | null;
  removal: Removal | null;
  starts: { key: string; note: StartNote }[];
  /** Every content that it needs. */
  reach: Set<string>;
  /** Why what it needs can't be told. */
  problem: Error | null;
}

/** A record that is judged by what it names. */
export interface SharedRecord {
  key: string;
  bytes: number;
  writtenAtMs: number;
  /** Of a training: its key. What has to do with its order goes with all of it or not at all. */
  training: string | null;
  /** In whose name it was written. */
  by: string[];
  named: string[];
  /** Of a checkpoint. */
  lora: string | null;
}

export interface Survey {
  runs: Map<string, SurveyedRun>;
  shared: SharedRecord[];
  /** Named by records of a kind that we do not know. */
  rooted: Set<string>;
}

/** A store on S3 answers each in some 20 ms. */
const readAtOnce = 32;

/** Everything that a store holds, with who needs it. Records are read one by one; no image is. */
export async function surveyOf(store: ArtifactStore, live: Iterable<TemporalRun>): Promise<Survey> {
  const runs = new Map<string, SurveyedRun>();
  const runOf = (runId: string): SurveyedRun => {
    const run = runs.get(runId) ?? {
      runId,
      records: [],
      temporal: null,
      removal: null,
      starts: [],
      reach: new Set(),
      problem: null,
    };
    runs.set(runId, run);
    return run;
  };
  for (const temporal of live) runOf(temporal.runId).temporal = temporal;
  const shared: SharedRecord[] = [];
  const rooted = new Set<string>();
  await eachRecord(store, ({ key, bytes, writtenAtMs, value }) => {
    const kind = kindOf(key);
    if (kind.kind === 'run') runOf(kind.runId).records.push({ key, value: value as KeptRun });
    else if (kind.kind === 'start') runOf(kind.runId).starts.push({ key, note: value as StartNote });
    else if (kind.kind === 'removal') runOf(kind.runId).removal = value as Removal;
    else {
      const named = [...namedIn(value).keys()];
      if (kind.kind === 'unknown') for (const sha256 of named) rooted.add(sha256);
      else {
        const training = kind.kind === 'training' ? kind.training : null;
        // A measurement's key alone may tell of what it is.
        const all = [...named, ...namedIn(key).keys()];
        shared.push({ key, bytes, writtenAtMs, training, by: ownersIn(value), named: all, lora: loraIn(value) });
      }
    }
  });
  for (const run of runs.values()) {
    run.records.sort((a, b) => numberOf(a.key) - numberOf(b.key));
    await reachRun(store, run);
  }
  return { runs, shared, rooted };
}

async function reachRun(store: ArtifactStore, run: SurveyedRun): Promise<void> {
  const kept = namedIn([run.records.map(({ value }) => value), run.removal]);
  try {
    run.reach = await reachOf(store, [...kept.values(), ...(run.temporal?.named ?? [])]);
  } catch (error) {
    if ((error as { type?: unknown }).type !== 'artifact-damaged') throw error;
    run.problem = error as Error;
  }
}

const loraIn = (value: unknown): string | null => {
  const { lora } = (value ?? {}) as { lora?: { sha256?: unknown } };
  return typeof lora?.sha256 === 'string' ? lora.sha256 : null;
};

interface ReadRecord {
  key: string;
  bytes: number;
  writtenAtMs: number;
  value: unknown;
}

async function eachRecord(store: ArtifactStore, use: (record: ReadRecord) => void): Promise<void> {
  const listed = store.upkeep.records()[Symbol.asyncIterator]();
  const reader = async (): Promise<void> => {
    for (let next = await listed.next(); !next.done; next = await listed.next()) {
      if (kindOf(next.value.key).kind === 'note') continue;
      const value = await store.getRecord<unknown>(next.value.key);
      // Gone since it was listed.
      if (value !== null) use({ ...next.value, value });
    }
  };
  await Promise.all(Array.from({ length: readAtOnce }, reader));
}
