import type { ReportData, Strip } from '../run/record.js';
import { type CheckpointRecord, atStrength } from '../run/checkpoint-record.js';

type Swept = Pick<ReportData, 'checkpoints'> & { run: Pick<ReportData['run'], 'strengths'> };

/** A checkpoint at one of several strengths; null where one alone was swept. */
export type AtStrength = CheckpointRecord & { at: number | null };

/** Every checkpoint at every strength: by strength, then by step. */
export function atEveryStrength({ run, checkpoints }: Swept): AtStrength[] {
  if (!run.strengths) return checkpoints.map((checkpoint) => ({ ...checkpoint, at: null }));
  return run.strengths.flatMap((at) =>
    checkpoints.flatMap((checkpoint) =>
      checkpoint.strengths?.some(({ strength }) => strength === at) ? [{ ...atStrength(checkpoint, at), at }] : [],
    ),
  );
}

/** Whether this is what is chosen, or what a person is asked about. @param at null: one alone was swept */
export const standsOut = (choice: ReportData['choice'], step: number, at: number | null | undefined): boolean =>
  step === choice?.step && (at === null || at === undefined || at === choice.strength);

/** What a strip is of, for names of files: several strengths of a prompt are several strips. */
export const stripName = ({ prompt, strength }: Strip): string =>
  strength === undefined ? prompt : `${prompt}-${strength}`;
