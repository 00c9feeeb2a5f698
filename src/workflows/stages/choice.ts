import type { ChooseCheckpointInput } from '../../run/contracts.js';
import type { SweepResult } from '../../run/sweep.js';
import type { Picture } from '../../run/record.js';
import { isEarlier, isInline, recordInline } from '../earlier-sweeps.js';
import type { Run } from '../run.js';
import { thresholdOf } from '../run.js';

/** Turns the sweep into the curve, the strips and the choice. */
export async function recordSweep(run: Run, sweep: SweepResult): Promise<void> {
  const { record } = run;
  const { sweepServers } = record;
  Object.assign(record.provenance, sweepServers.length > 0 ? { sweepServers } : { sweepServer: sweep.server });
  if (!isEarlier(sweep)) return await choose(run, record.sweep.sets);
  if (isInline(sweep)) return recordInline(run, sweep);
  await choose(run, sweep);
}

async function choose(
  run: Run,
  { baseline, checkpoints, guardAnchor }: Omit<ChooseCheckpointInput, 'threshold'>,
): Promise<void> {
  const { chooseCheckpoint } = run.activities.pipeline;
  const chosen = await run.withHelp('sweep', () =>
    chooseCheckpoint.executeWithOptions({ summary: `choose among ${checkpoints.length} checkpoints` }, [
      { baseline, checkpoints, guardAnchor, threshold: thresholdOf(run) },
    ]),
  );
  run.record.noteVerdict(chosen);
}

export const referencePicture = (picture: Picture): Picture => ({ ...picture, heldOut: true });
