import type { ArtifactRef } from '../run/ref.js';
import type { ReportData } from '../run/record.js';
import type { CheckpointRecord, Generalisation, Score } from '../run/checkpoint-record.js';

/** How far a run has measured a checkpoint while it still goes on. */
export interface LiveScore {
  step: number;
  strength?: number;
  identity: Score | null;
  measures?:
    | (Pick<CheckpointRecord, 'perPrompt' | 'memorisation'> & {
        perPose: Record<string, Score>;
        generalisation: Generalisation | null;
      })
    | null;
}

/** A run as an export sees it: its record, and what a run that goes on tells beside it. */
export interface ExportSource {
  data: ReportData;
  live?: { sweep: LiveScore[]; baseline: Score | null } | null;
}

/** A checkpoint that can be handed out, measured or not. */
export type Checkpoint = Pick<
  CheckpointRecord,
  | 'step'
  | 'lora'
  | 'identity'
  | 'gain'
  | 'memorisation'
  | 'perPrompt'
  | 'perPose'
  | 'failed'
  | 'generalisation'
  | 'strengths'
> & {
  /** Of several, where the run goes on: whose scores these are. */
  strength?: number;
};

/** Every saved checkpoint with what is known of it, by step. */
export function checkpointsOf({ data, live }: ExportSource): Checkpoint[] {
  const loras = new Map<number, ArtifactRef>();
  for (const { step, lora } of [...(data.saved ?? []), ...data.checkpoints]) loras.set(step, lora);
  return [...loras]
    .sort(([a], [b]) => a - b)
    .map(([step, lora]) => {
      const record = data.checkpoints.find((checkpoint) => checkpoint.step === step);
      return (
        record ??
        unfinished(
          step,
          lora,
          live?.sweep.find((score) => score.step === step),
        )
      );
    });
}

function unfinished(step: number, lora: ArtifactRef, score?: LiveScore): Checkpoint {
  const { perPrompt = {}, perPose = {}, memorisation = null, generalisation = null } = score?.measures ?? {};
  const measured = { identity: score?.identity ?? null, gain: null, memorisation, perPrompt, perPose };
  const at = score?.strength === undefined ? {} : { strength: score.strength };
  return { step, lora, ...measured, ...at, ...(generalisation ? { generalisation } : {}) };
}

/** At which a checkpoint was measured, and is to be used. Older runs do not tell. */
export const strengthOf = ({ data: { choice, run } }: ExportSource, checkpoint?: Checkpoint): number =>
  choice?.strength ?? checkpoint?.strength ?? run.strength ?? 1;

export const baselineOf = ({ data, live }: ExportSource): Score | null => data.baseline ?? live?.baseline ?? null;
