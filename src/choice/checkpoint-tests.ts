import type { CheckpointTest } from '../run/checkpoint-record.js';
import { testIds, type TestId } from '../project/test-prompts.js';
import type { TestSample } from '../run/sweep-verdict.js';
import { apart } from '../text/figures.js';
import { mean, scoreOf } from './statistics.js';

// Pure: workflows import this.

export type CheckpointTests = Partial<Record<TestId, CheckpointTest>>;

/** What a checkpoint's tests show, each beside the same prompt and seed without LoRA; undefined where none were rendered. */
export function checkpointTests(
  own: readonly TestSample[] = [],
  baseline: readonly TestSample[] = [],
): CheckpointTests | undefined {
  const without = new Map(baseline.map((sample) => [keyOf(sample), sample]));
  const tests = testIds.flatMap((id) => {
    const samples = own.filter(({ prompt }) => prompt === id);
    if (samples.length === 0) return [];
    const pairs = samples.flatMap((sample) => {
      const other = without.get(keyOf(sample));
      return other ? [[sample, other] as const] : [];
    });
    const changes = pairs.map(([{ measured: one }, { measured: other }]) =>
      one.identity === null || other.identity === null ? null : one.identity - other.identity,
    );
    const drifts = pairs.flatMap(([one, other]) => driftOf(one.thumbnail, other.thumbnail) ?? []);
    const test: CheckpointTest = {
      identity: scoreOf(samples.map(({ measured }) => measured.identity)),
      withoutLora: scoreOf(pairs.map(([, { measured }]) => measured.identity)),
      change: scoreOf(changes),
      drift: drifts.length === 0 ? null : Number(mean(drifts).toFixed(4)),
    };
    return [[id, test] as const];
  });
  return tests.length === 0 ? undefined : Object.fromEntries(tests);
}

const keyOf = ({ prompt, rendered }: TestSample): string => `${prompt} ${rendered.seed}`;

/** Mean difference of two thumbnails, 0 (the same) to 1. */
function driftOf(one: string | undefined, other: string | undefined): number | null {
  if (one === undefined || other === undefined) return null;
  const [a, b] = [one, other].map(floatsOf);
  if (a.length === 0 || a.length !== b.length) return null;
  return mean(a.map((value, at) => Math.abs(value - b[at]))) / 255;
}

/** Without Node's Buffer: a workflow may import this. */
function floatsOf(base64: string): number[] {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => view.getFloat32(4 * at, true));
}

/** Below this rise with the trigger alone, too little is learnt to tell what else shows it. */
const leastRise = 0.05;
/** Of that rise: what certainly shows the person without the trigger, and, with it, what a description takes nothing from. */
const leakShare = 0.5;
const otherShare = 1;

/**
 * Why the tests rule a checkpoint out, each beside the same images without LoRA, and only for certain: null, they don't. Where
 * those lie below what the embedder takes for one person, the 95% interval must lie above it. Where they reach it by themselves
 * (people of one type, as a small model draws them), the rise counts, as a share of the rise with the trigger alone.
 */
export function testFailure(tests: CheckpointTests | undefined, threshold = 0.37): string | null {
  const { _alone: alone, _without: leak, _other: other } = tests ?? {};
  const shows = (test: CheckpointTest | undefined, share: number): test is CheckpointTest => {
    if (test === undefined || test.identity.n < 2) return false;
    if (test.withoutLora.high < threshold) return test.identity.low >= threshold;
    const isLearnt = alone !== undefined && alone.change.n > 1 && alone.change.low >= leastRise;
    return isLearnt && test.change.n > 1 && test.change.low >= share * alone.change.mean;
  };
  const beside = ({ identity, withoutLora }: CheckpointTest): string => {
    const byRise = withoutLora.high >= threshold && alone;
    const own = byRise
      ? `, with the trigger alone ${alone.identity.mean.toFixed(2)} (${alone.withoutLora.mean.toFixed(2)})`
      : '';
    return `${identity.mean.toFixed(2)} (no LoRA: ${withoutLora.mean.toFixed(2)})${own}`;
  };
  if (shows(leak, leakShare))
    return `it shows the person where nobody asked for them: without the trigger word, similarity is ${beside(leak)}`;
  if (shows(other, otherShare))
    return `it shows the person although another is described: similarity is ${beside(other)}`;
  return null;
}

/** A sentence a test, for whoever asks why. */
export function testSentences(step: number, tests: CheckpointTests | undefined, threshold = 0.37): string[] {
  const { _alone: alone, _without: leak, _other: other } = tests ?? {};
  const beside = ({ identity, withoutLora }: CheckpointTest): string =>
    identity.n === 0
      ? 'no face found'
      : `similarity ${identity.mean.toFixed(3)} (${withoutLora.n === 0 ? 'no face' : withoutLora.mean.toFixed(3)} without LoRA)`;
  const drift = ({ drift }: CheckpointTest): string =>
    drift === null ? '' : `; the images differ from those without LoRA by ${(100 * drift).toFixed(1)}%`;
  const isNear = alone && alone.identity.n > 0 && alone.identity.mean >= threshold;
  // What the images reach without LoRA, no word has bound.
  const isBound = isNear && (alone.withoutLora.mean < threshold || sureChange(alone));
  return [
    ...(alone
      ? [
          `Trigger alone, checkpoint ${step}: ${beside(alone)}; the face is ${isBound ? '' : 'not '}bound to the word${limitWords(alone, threshold)}.`,
        ]
      : []),
    ...(leak
      ? [
          `Without the trigger: ${beside(leak)}${drift(leak)}; ${sureChange(leak) ? 'the LoRA leaks into other people' : 'no leak into other people is measurable'}.`,
        ]
      : []),
    ...(other ? [`Another person described: ${beside(other)}; ${obeysWords(other, alone)}.`] : []),
  ];
}

const limitWords = ({ identity }: CheckpointTest, threshold: number): string => {
  if (identity.n === 0 || identity.mean >= threshold) return '';
  const [, limit] = apart(identity.mean, threshold, 3);
  return ` (at least ${Number(limit)} is one person)`;
};

/** A rise that the interval of the pairs is clear of. */
const sureChange = ({ change }: CheckpointTest): boolean => change.n > 1 && change.low > 0;

function obeysWords(other: CheckpointTest, alone: CheckpointTest | undefined): string {
  if (!alone || alone.change.n === 0 || other.change.n === 0) return 'nothing to compare with';
  if (alone.change.mean < leastRise && other.change.mean < leastRise) return 'too little is learnt to tell';
  const down = alone.change.mean - other.change.mean;
  return down > 0
    ? `its rise over no LoRA is ${down.toFixed(3)} less than with the trigger alone, so the description counts`
    : 'its rise over no LoRA is no less than with the trigger alone, so the description is not followed';
}
