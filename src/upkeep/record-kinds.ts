/** What a record is to whoever tidies, by the folder of its key. */
export type RecordKind =
  /** `runs/ID/N`: a run as it last stood. What it reaches is needed. */
  | { kind: 'run'; runId: string }
  /** `starts/ID/NAMESPACE`: a run that was started, and through which Temporal. */
  | { kind: 'start'; runId: string }
  /** `removals/ID`: a run that is being removed. */
  | { kind: 'removal'; runId: string }
  /** `training/KEY/...`: what runs share of one training. */
  | { kind: 'training'; training: string; name: string }
  /** Results kept for reuse: needed as long as something that they name is. */
  | { kind: 'kept-result' }
  /** Small, and of use whatever runs there are. */
  | { kind: 'note' }
  /** Of a later version or somebody else's: an export, a signature. What it names stays. */
  | { kind: 'unknown' };

const kept = new Set(['renders', 'measurements', 'thumbnails', 'drawings']);
const notes = new Set(['store', 'conditional-writes', 'run-index', 'released', 'lora-log']);

export function kindOf(key: string): RecordKind {
  const [folder, first = '', ...rest] = key.split('/');
  if (folder === 'runs') return { kind: 'run', runId: first };
  if (folder === 'starts') return { kind: 'start', runId: first };
  if (folder === 'removals') return { kind: 'removal', runId: first };
  if (folder === 'training') return { kind: 'training', training: first, name: rest.join('/') };
  if (kept.has(folder)) return first === 'losses' ? { kind: 'note' } : { kind: 'kept-result' };
  return { kind: notes.has(folder) ? 'note' : 'unknown' };
}

/** The runs in whose name a record was written: `by`, `holder.runId`, `runId`. */
export function ownersIn(value: unknown): string[] {
  const { by, holder, runId } = (value ?? {}) as { by?: unknown; holder?: { runId?: unknown }; runId?: unknown };
  return [by, holder?.runId, runId].filter((id): id is string => typeof id === 'string');
}

/** Its number in a chain, `runs/ID/3` or `renders/HH/SHA256-3`; 0 where it has none. */
export const numberOf = (key: string): number => Number(/(\d+)$/.exec(key)?.[1] ?? 0);
