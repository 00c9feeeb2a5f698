import type { RunState } from '../project/names.js';

export const exitCodes = {
  done: 0,
  /** The run failed or was cancelled. */
  failed: 1,
  /** Bad input or usage. */
  badInput: 2,
  /** The run waits for a person. */
  waiting: 3,
  /** Something that only a person can cure; then it goes on. */
  needsHelp: 4,
  /** Ctrl-C: 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

export function exitCodeOf(state: RunState): number {
  switch (state) {
    case 'running':
    case 'completed':
      return exitCodes.done;
    case 'failed':
    case 'cancelled':
      return exitCodes.failed;
    case 'waiting':
      return exitCodes.waiting;
    case 'needs-help':
      return exitCodes.needsHelp;
  }
}

/** By what the person can do about an error, as its class says; anything unknown is a failure. */
export function exitCodeOfError(error: unknown): number {
  const { name, code, fault, type } = error as { name?: string; code?: unknown; fault?: unknown; type?: unknown };
  if (name === 'AzitClientError') return clientExitCodes[String(code)] ?? exitCodes.failed;
  if (badInputErrors.has(name ?? '')) return exitCodes.badInput;
  if (needsHelpErrors.has(name ?? '')) return exitCodes.needsHelp;
  if (code === 'ENOSPC' || fault === 'disk-full' || type === 'disk-full') return exitCodes.needsHelp;
  return exitCodes.failed;
}

const badInputErrors = new Set([
  'InputError',
  'WorkerSettingError',
  'UsageError',
  'PictureError',
  'EmbedderError',
  'StoreSettingError',
  'ExportError',
]);
const needsHelpErrors = new Set(['EmbeddedError', 'NoHomeError', 'ModelError', 'StoreUnavailableError']);

const clientExitCodes: Record<string, number> = {
  'bad-id': exitCodes.badInput,
  'id-belongs-to-another-project': exitCodes.badInput,
  'no-such-run': exitCodes.badInput,
  refused: exitCodes.badInput,
  'no-worker': exitCodes.needsHelp,
  'temporal-unreachable': exitCodes.needsHelp,
  'temporal-unfit': exitCodes.needsHelp,
  'another-store': exitCodes.badInput,
  'nothing-to-report': exitCodes.failed,
};
