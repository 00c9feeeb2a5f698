import type { JudgedSample, SweepVerdict, TestSample } from '../run/sweep-verdict.js';
import type { ArtifactRef } from '../run/ref.js';
import type { Strip } from '../run/record.js';
import type { CheckpointRecord, Generalisation, SetScores } from '../run/checkpoint-record.js';
import { checkpointTests, testFailure, testSentences } from './checkpoint-tests.js';
import { chooseCheckpoint } from './choice.js';
import { lookAlikeSentence } from './look-alikes.js';
import { explainNeighbours } from './choice-explanation.js';
import type { CheckpointSample, CheckpointSamples } from './trajectory.js';
import type { AnchorVerdict, CheckpointChoice, CheckpointVerdict } from './verdict.js';

// Pure: workflows import this.

export interface JudgedSet {
  samples: JudgedSample[];
  /** Of these samples; worked out here for sets that were scored by an earlier version. */
  scores?: SetScores;
  generalisation: Generalisation | null;
  tests?: TestSample[];
}

export interface JudgedCheckpoint extends JudgedSet {
  step: number;
  lora: ArtifactRef;
  /** Of several, ascending; they count in place of its own samples. */
  strengths?: (JudgedSet & { strength: number })[];
}

export interface SweepToJudge {
  prompts: { id: string; text: string }[];
  baseline: JudgedSet;
  checkpoints: JudgedCheckpoint[];
  /** Scored for the guards alone. */
  guardAnchor?: JudgedCheckpoint | null;
  /** Likeness from which on the embedder takes two pictures for one person. */
  threshold?: number;
}

interface JudgedOne {
  choice: CheckpointChoice;
  compared: CheckpointSamples[];
  verdict: SweepVerdict;
}

/** By the rule at one strength, with all that it says of the checkpoints. */
export function judgeOne({ prompts, baseline, checkpoints, guardAnchor, threshold }: SweepToJudge): JudgedOne {
  const tests = new Map(checkpoints.map((one) => [one.step, checkpointTests(one.tests, baseline.tests)]));
  const compared = checkpoints.map((one): CheckpointSamples => {
    return { ...toChoose(one), testFailure: testFailure(tests.get(one.step), threshold) };
  });
  const choice = chooseCheckpoint({
    checkpoints: compared,
    baseline: baseline.samples.map(toChoiceSample),
    guardAnchor: guardAnchor && toChoose(guardAnchor),
    threshold,
  });
  const { step, rule, reason, asGoodAsAny } = choice;
  const named = step ?? asGoodAsAny;
  const explanation = [
    ...explainNeighbours(choice),
    ...(named === null ? [] : testSentences(named, tests.get(named), threshold)),
    ...(named === null ? [] : lookAlikeSentence(named, choice.perStep.find(({ step }) => step === named)?.margin)),
  ];
  const kinds = { 'text-to-image': baseline.samples, 'text-to-image-lora': checkpoints[0]?.samples ?? [] };
  const verdict: SweepVerdict = {
    choice: { step, rule, reason, explanation, asGoodAsAny, by: 'rule' },
    checkpoints: checkpoints.map((checkpoint): CheckpointRecord => {
      const verdict = choice.perStep.find(({ step }) => step === checkpoint.step);
      if (!verdict) throw new Error(`The choice left out step ${checkpoint.step}.`);
      const tested = tests.get(checkpoint.step);
      return { ...recordOf(checkpoint, verdict), ...(tested ? { tests: tested } : {}), failed: verdict.failed };
    }),
    guardAnchor: guardAnchor && choice.guardAnchor ? recordOf(guardAnchor, choice.guardAnchor) : null,
    strips: prompts.map((prompt) => stripOf(prompt, checkpoints, baseline)),
    graphs: Object.entries(kinds).flatMap(([kind, samples]) =>
      samples[0] ? [{ name: `sweep ${kind}`, graph: samples[0].rendered.graph }] : [],
    ),
  };
  return { choice, compared, verdict };
}

function recordOf(
  { step, lora, generalisation }: JudgedCheckpoint,
  { identity, gain, memorisation, perPrompt, perPose, margin }: AnchorVerdict | CheckpointVerdict,
): CheckpointRecord {
  const scores = { identity, gain, memorisation, perPrompt, perPose, ...(margin ? { margin } : {}) };
  return { step, lora, ...scores, ...(generalisation ? { generalisation } : {}) };
}

const toChoose = ({ step, samples, scores, generalisation }: JudgedCheckpoint): CheckpointSamples => {
  return { step, scores, variety: generalisation?.diversity.seeds, samples: samples.map(toChoiceSample) };
};

/** What the choice looks at. */
export const toChoiceSample = ({ prompt, rendered, measured }: JudgedSample): CheckpointSample => ({
  prompt,
  seed: rendered.seed,
  identity: measured.identity,
  nearestTraining: measured.nearestTraining,
  yaw: measured.pose?.yaw ?? null,
});

function stripOf(
  { id, text }: { id: string; text: string },
  checkpoints: SweepToJudge['checkpoints'],
  baseline: JudgedSet,
): Strip {
  const ofPrompt = (samples: JudgedSample[]) => samples.filter(({ prompt }) => prompt === id);
  const [first] = ofPrompt(baseline.samples);
  const rows = checkpoints.map(({ step, samples }) => ofPrompt(samples).map((sample) => ({ step, ...toCell(sample) })));
  const seeds = Math.max(0, ...rows.map((row) => row.length));
  // First seed of every step, then second seed of every step, ...
  const images = Array.from({ length: seeds }, (_, index) => rows.flatMap((row) => row[index] ?? [])).flat();
  return { prompt: id, text, images, baseline: first ? toCell(first) : null };
}

const toCell = ({ rendered, measured }: JudgedSample) => {
  return { seed: rendered.seed, image: rendered.image, identity: measured.identity, server: rendered.server };
};
