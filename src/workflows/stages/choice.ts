import { chooseCheckpoint } from '../../identity/choice.js';
import { explainNeighbours } from '../../identity/choice-explanation.js';
import { scoreOf } from '../../identity/statistics.js';
import type { CheckpointRecord, Picture, Strip } from '../../report/data.js';
import type { Run } from '../run.js';
import { thresholdOf, toChoiceSample } from '../scored.js';
import type { SweepCheckpoint, SweepResult, SweepSample, SweepSet } from '../types.js';

/** Turns the sweep into the curve, the strips and the choice. Pure but for the record it writes to. */
export function recordSweep(run: Run, sweep: SweepResult): void {
  const { project } = run.input;
  const { baseline } = sweep;
  const choice = chooseCheckpoint({
    checkpoints: sweep.checkpoints.map(({ step, samples }) => ({ step, samples: samples.map(toChoiceSample) })),
    baseline: baseline.samples.map(toChoiceSample),
    threshold: thresholdOf(run),
  });
  run.record.baseline = scoreOf(baseline.samples.map(({ measured }) => measured.identity));
  run.record.baselineGeneralisation = baseline.generalisation;
  run.record.checkpoints = sweep.checkpoints.map(({ step, lora, generalisation }): CheckpointRecord => {
    const verdict = choice.perStep.find((candidate) => candidate.step === step);
    if (!verdict) throw new Error(`The choice left out step ${step}.`);
    const { identity, gain, memorisation, perPrompt, perPose, lockedBy, failed } = verdict;
    return {
      step,
      lora,
      identity,
      gain,
      memorisation,
      perPrompt,
      perPose,
      lockedBy,
      failed,
      ...(generalisation ? { generalisation } : {}),
    };
  });
  run.record.strips = project.sweep.prompts.map(({ id, text }) => stripOf(id, text, sweep.checkpoints, baseline));
  const { step, rule, reason, asGoodAsAny } = choice;
  run.record.choice = { step, rule, reason, explanation: explainNeighbours(choice), asGoodAsAny, by: 'rule' };
  run.record.provenance.sweepServer = sweep.server;
  for (const samples of [baseline.samples, sweep.checkpoints[0]?.samples ?? []]) {
    const name = samples === baseline.samples ? 'sweep text-to-image' : 'sweep text-to-image-lora';
    if (samples[0]) run.record.graphs.set(name, { name, graph: samples[0].rendered.graph });
  }
}

function stripOf(prompt: string, text: string, checkpoints: SweepCheckpoint[], baseline: SweepSet): Strip {
  const ofPrompt = (samples: SweepSample[]) => samples.filter((sample) => sample.prompt === prompt);
  const [first] = ofPrompt(baseline.samples);
  const rows = checkpoints.map(({ step, samples }) => ofPrompt(samples).map((sample) => ({ step, ...toCell(sample) })));
  const seeds = Math.max(0, ...rows.map((row) => row.length));
  // First seed of every step, then second seed of every step, ...
  const images = Array.from({ length: seeds }, (_, index) => rows.flatMap((row) => row[index] ?? [])).flat();
  return { prompt, text, images, baseline: first ? toCell(first) : null };
}

const toCell = ({ rendered, measured }: SweepSample) => {
  return { seed: rendered.seed, image: rendered.image, identity: measured.identity, server: rendered.server };
};

export const referencePicture = (picture: Picture): Picture => ({ ...picture, heldOut: true });
