import { chooseCheckpoint } from '../../identity/choice.js';
import { scoreOf } from '../../identity/statistics.js';
import type { CheckpointRecord, Picture, Strip } from '../../report/data.js';
import type { Run } from '../run.js';
import type { SweepResult, SweepSample } from '../types.js';

/** Turns the sweep into the curve, the strips and the choice. Pure but for the record it writes to. */
export function recordSweep(run: Run, sweep: SweepResult): void {
  const { project } = run.input;
  const choice = chooseCheckpoint({
    checkpoints: sweep.checkpoints.map(({ step, samples }) => ({ step, samples: samples.map(toChoiceSample) })),
    baseline: sweep.baseline.map(toChoiceSample),
  });
  run.record.baseline = scoreOf(sweep.baseline.map(({ measured }) => measured.identity));
  run.record.checkpoints = sweep.checkpoints.map(({ step, lora }): CheckpointRecord => {
    const verdict = choice.perStep.find((candidate) => candidate.step === step);
    if (!verdict) throw new Error(`The choice left out step ${step}.`);
    const { identity, gain, memorisation, perPrompt } = verdict;
    return { step, lora, identity, gain, memorisation, perPrompt };
  });
  run.record.strips = project.sweep.prompts.map(({ id, text }) => stripOf(id, text, sweep));
  run.record.choice = { step: choice.step, rule: choice.rule, reason: choice.reason, by: 'rule' };
  run.record.provenance.sweepServer = sweep.server;
  for (const samples of [sweep.baseline, sweep.checkpoints[0]?.samples ?? []]) {
    const name = samples === sweep.baseline ? 'sweep text-to-image' : 'sweep text-to-image-lora';
    if (samples[0]) run.record.graphs.set(name, { name, graph: samples[0].rendered.graph });
  }
}

const toChoiceSample = ({ prompt, rendered, measured }: SweepSample) => {
  return { prompt, seed: rendered.seed, identity: measured.identity, nearestTraining: measured.nearestTraining };
};

function stripOf(prompt: string, text: string, sweep: SweepResult): Strip {
  const ofPrompt = (samples: SweepSample[]) => samples.filter((sample) => sample.prompt === prompt);
  const [first] = ofPrompt(sweep.baseline);
  const rows = sweep.checkpoints.map(({ step, samples }) =>
    ofPrompt(samples).map((sample) => ({ step, ...toCell(sample) })),
  );
  const seeds = Math.max(0, ...rows.map((row) => row.length));
  // First seed of every step, then second seed of every step, ...
  const images = Array.from({ length: seeds }, (_, index) => rows.flatMap((row) => row[index] ?? [])).flat();
  return { prompt, text, images, baseline: first ? toCell(first) : null };
}

const toCell = ({ rendered, measured }: SweepSample) => {
  return { seed: rendered.seed, image: rendered.image, identity: measured.identity };
};

export const referencePicture = (picture: Picture): Picture => ({ ...picture, heldOut: true });
