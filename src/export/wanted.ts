import { stepShown } from '../run/record.js';
import type { Checkpoint, ExportSource } from './checkpoints.js';
import { ExportError } from './errors.js';

export interface Wanted {
  step?: number;
  all?: boolean;
}

/** Why this checkpoint, where nobody named one. */
export type Standing = 'chosen' | 'as-good-as-any' | 'furthest' | 'named';

/** @throws ExportError no-checkpoint, not-saved, not-chosen */
export function wantedCheckpoints(source: ExportSource, saved: Checkpoint[], { step, all }: Wanted): Checkpoint[] {
  const { id, finishedAt } = source.data.run;
  if (saved.length === 0) {
    const ended = finishedAt === null ? 'has no valid checkpoint yet' : 'ended before its first valid checkpoint';
    throw new ExportError('no-checkpoint', `The run '${id}' ${ended}, so there is no LoRA to export.`);
  }
  if (all) return saved;
  const steps = saved.map((checkpoint) => checkpoint.step);
  const asked = step ?? byItself(source, steps);
  const found = saved.find((checkpoint) => checkpoint.step === asked);
  if (found) return [found];
  throw new ExportError(
    'not-saved',
    `The run '${id}' has no checkpoint of step ${asked}. Choose one of: ${listed(steps)}.`,
  );
}

/** The chosen one; before the choice, the furthest. */
function byItself({ data }: ExportSource, steps: number[]): number {
  const { choice, run } = data;
  const shown = stepShown(choice);
  if (shown !== null) return shown;
  if (!choice || run.state !== 'completed') return Math.max(...steps);
  throw new ExportError(
    'not-chosen',
    `The run '${run.id}' chose no checkpoint. To export one, run \`azit export ${run.id} --step N\` with one of: ${listed(steps)}.`,
  );
}

export function standingOf({ data: { choice } }: ExportSource, step: number, wanted: Wanted): Standing {
  if (choice?.step === step) return 'chosen';
  if (choice?.asGoodAsAny === step) return 'as-good-as-any';
  return wanted.step === undefined && !wanted.all ? 'furthest' : 'named';
}

const listedAtMost = 20;

function listed(steps: number[]): string {
  const shown = steps.slice(-listedAtMost).join(', ');
  const more = steps.length - listedAtMost;
  return more > 0 ? `${shown} and ${more} earlier` : shown;
}
