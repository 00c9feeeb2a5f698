import type { StoredSweepResult, SweepResult } from '../../run/sweep.js';
import { judgeSweep } from '../../choice/sweep-verdict.js';
import type { Picture } from '../../run/record.js';
import type { Run } from '../run.js';
import { thresholdOf } from '../scored.js';

/** Turns the sweep into the curve, the strips and the choice. */
export async function recordSweep(run: Run, sweep: SweepResult): Promise<void> {
  run.record.provenance.sweepServer = sweep.server;
  if (isStored(sweep)) return await recordStored(run, sweep);
  const { prompts } = run.input.project.sweep;
  const { strips, graphs, ...verdict } = judgeSweep({ ...sweep, prompts, threshold: thresholdOf(run) });
  const firsts = strips[0]?.images.slice(0, verdict.checkpoints.length) ?? [];
  run.record.noteVerdict({ ...verdict, strips, firsts, graphs }, sweep.baseline.generalisation);
}

const isStored = (sweep: SweepResult): sweep is StoredSweepResult => 'table' in sweep.baseline;

async function recordStored(run: Run, { baseline, checkpoints }: StoredSweepResult): Promise<void> {
  const { chooseCheckpoint } = run.activities.pipeline;
  const chosen = await run.withHelp('sweep', () =>
    chooseCheckpoint.executeWithOptions({ summary: `choose among ${checkpoints.length} checkpoints` }, [
      { baseline, checkpoints, threshold: thresholdOf(run) },
    ]),
  );
  run.record.noteVerdict(chosen, baseline.generalisation);
}

export const referencePicture = (picture: Picture): Picture => ({ ...picture, heldOut: true });
