import type { Score } from '../run/checkpoint-record.js';
import { poses } from '../run/poses.js';
import type { Checkpoint } from './checkpoints.js';
import { code, words, figure, scoreWords } from './markdown.js';

/** Above it a render is told to be nearer to training pictures than the spread between pictures explains. */
const noticeableMemorisation = 0.03;

/** What the numbers say against a checkpoint, worst first, a sentence each; and what they say nothing about. */
export function weaknessesOf(checkpoint: Checkpoint, strengths: readonly number[]): string[] {
  const { identity } = checkpoint;
  if (!identity) return ['This checkpoint was not measured: it is not in the sweep, or not scored yet.'];
  return [
    ...(checkpoint.failed ? [`The rule excludes it: ${words(checkpoint.failed)}.`] : []),
    ...gainLines(checkpoint),
    ...facelessLines(identity),
    ...lowestLines('prompt', checkpoint.perPrompt, identity),
    ...lowestLines('pose', checkpoint.perPose ?? {}, identity),
    ...unseenPoses(checkpoint.perPose ?? {}),
    ...memorisationLines(checkpoint),
    ...adherenceLines(checkpoint),
    `Not measured: strengths other than ${strengths.map((strength) => figure(strength, 2)).join(', ')}, other base models, combinations with other LoRAs, bodies and hands.`,
  ];
}

function gainLines({ gain }: Checkpoint): string[] {
  if (!gain || gain.n === 0 || gain.low > 0) return [];
  return [`It may be no better than no LoRA at all: the gain is ${scoreWords(gain)}.`];
}

function facelessLines({ n, noFace }: Score): string[] {
  return noFace === 0 ? [] : [`${noFace} of ${n + noFace} images in the sweep show no detectable face.`];
}

/** The lowest, and whether it is lower than the whole by more than chance. */
function lowestLines(what: string, scores: Record<string, Score>, whole: Score): string[] {
  const measured = Object.entries(scores).filter(([, score]) => score.n > 0);
  const faceless = Object.entries(scores).filter(([, score]) => score.n === 0 && score.noFace > 0);
  const lines = faceless.map(([name]) => `No face was found for the ${what} ${code(name)}.`);
  if (measured.length < 2) return lines;
  const [[name, lowest]] = measured.sort(([, a], [, b]) => a.mean - b.mean);
  const clearly = lowest.high < whole.mean ? ', measurably below its overall mean' : '';
  return [...lines, `Weakest ${what}: ${code(name)}, identity ${scoreWords(lowest)}${clearly}.`];
}

function unseenPoses(scores: Record<string, Score>): string[] {
  const unseen = poses.filter((pose) => !scores[pose]?.n);
  return unseen.length === 0 ? [] : [`No image in the sweep shows these poses: ${unseen.join(', ')}.`];
}

function memorisationLines({ memorisation, generalisation }: Checkpoint): string[] {
  const copies = generalisation?.nearCopies ?? 0;
  return [
    ...(copies > 0 ? [`${copies} images in the sweep are near-copies of a training image.`] : []),
    ...(memorisation !== null && memorisation > noticeableMemorisation
      ? [
          `Its images are ${figure(memorisation)} closer to the training images than to the held-out images (near 0 is good): it may copy their lighting, clothes and backgrounds.`,
        ]
      : []),
  ];
}

function adherenceLines({ generalisation }: Checkpoint): string[] {
  return Object.entries(generalisation?.adherence ?? {})
    .filter(([, { met, asked }]) => met < asked)
    .sort(([, a], [, b]) => a.met / a.asked - b.met / b.asked)
    .map(([part, { met, asked }]) => `Follows the prompt's ${words(part)} in only ${met} of ${asked} images.`);
}
