import assert from 'node:assert/strict';
import { chooseCheckpoint } from '../../src/identity/choice.js';
import { explainNeighbours } from '../../src/identity/choice-explanation.js';
import { locking, simulate, stepOf, type Trajectory } from './simulation.js';

const draws = 12;

/** The chosen indices over fixed seeds, null where none is named. */
function choices(trajectory: Trajectory): (number | null)[] {
  return Array.from({ length: draws }, (_, seed) => {
    const { step } = chooseCheckpoint(simulate(trajectory, 1000 + seed * 17));
    return step === null ? null : step / stepOf(0) - 1;
  });
}

function assertMostly(trajectory: Trajectory, isRight: (index: number | null) => boolean): void {
  const found = choices(trajectory);
  const right = found.filter(isRight).length;
  assert.ok(right >= draws - 1, `right in ${right} of ${draws}: ${found.join(' ')}`);
}

const within1 = (truth: number) => (index: number | null) => index !== null && Math.abs(index - truth) <= 1;

describe('identity: choice', function () {
  this.timeout(120_000);

  for (const [title, trajectory, truth] of [
    ['locks early: later equals are not taken for better', { identity: locking(8, 1), baseline: 0.3 }, 1],
    ['locks late: an early checkpoint is not taken for good enough', { identity: locking(8, 6), baseline: 0.3 }, 6],
    ['peaks and collapses', { identity: [0.4, 0.5, 0.6, 0.7, 0.7, 0.6, 0.45, 0.3], baseline: 0.3 }, 3],
    [
      'one prompt never works: the others still decide',
      { identity: locking(8, 4), baseline: 0.3, failingPrompt: true },
      4,
    ],
    [
      'a third of the pictures show no face: pairs with faces decide',
      { identity: locking(8, 4), baseline: 0.3, noFace: Array<number>(8).fill(0.3) },
      4,
    ],
  ] as [string, Trajectory, number][]) {
    it(title, () => assertMostly(trajectory, within1(truth)));
  }

  it('never rises above the baseline: no checkpoint is named', () => {
    assertMostly({ identity: Array<number>(5).fill(0.3), baseline: 0.3 }, (index) => index === null);
    const choice = chooseCheckpoint(simulate({ identity: [0.1, 0.1], baseline: 0.3 }, 5));
    assert.equal(choice.ending.kind, 'never-rises');
    assert.match(choice.reason, /^Identity never rises above the pictures without LoRA/);
  });

  it('identity still rises by copying training pictures: the copies do not win', () => {
    const copying = [0.1, 0.1, 0.1, 0.1, 0.12, 0.2, 0.28, 0.36];
    const trajectory = { identity: [0.4, 0.5, 0.6, 0.66, 0.7, 0.73, 0.76, 0.78], copying, baseline: 0.3 };
    assertMostly(trajectory, (index) => index !== null && index <= 4 && index >= 3);
    const { perStep } = chooseCheckpoint(simulate(trajectory, 3));
    assert.match(perStep[7].failed ?? '', /^it copies training pictures.*0\.\d\d more/);
  });

  it('a checkpoint that loses faces is not chosen for the few that it keeps', () => {
    const trajectory = {
      identity: [0.4, 0.5, 0.6, 0.6, 0.8],
      baseline: 0.3,
      noFace: [0, 0, 0, 0, 0.75],
    };
    assertMostly(trajectory, (index) => index === 2 || index === 3);
  });

  it('a small real gain in few pictures: no winner, but how many more seeds would tell', () => {
    const choice = chooseCheckpoint(
      simulate({ identity: [0.31], baseline: 0.3, prompts: 2, seeds: 2, noise: 0.03 }, 8),
    );
    assert.equal(choice.step, null);
    if (choice.ending.kind === 'cannot-tell') assert.match(choice.reason, /more seeds? a prompt|too small/);
  });

  it('nothing separates the checkpoints: no clear winner, but the earliest is said to be as good as any', () => {
    const samples = [0.7, 0.72, 0.68, 0.71].map((identity, seed) => ({
      prompt: 'a',
      seed,
      identity,
      nearestTraining: null,
    }));
    const baseline = samples.map((sample) => ({ ...sample, identity: sample.identity - 0.4 + 0.01 * sample.seed }));
    const checkpoints = [600, 200, 400].map((step) => ({ step, samples }));
    const choice = chooseCheckpoint({ checkpoints, baseline });
    assert.equal(choice.step, null);
    assert.equal(choice.asGoodAsAny, 200);
    assert.match(choice.reason, /^No clear winner: nothing separates the 3 checkpoints.*The earliest, step 200/);
    assert.deepEqual(
      choice.perStep.map(({ step }) => step),
      [200, 400, 600],
    );
  });

  it('equals that differ by chance: how many more seeds would tell stands in the reason', () => {
    const trajectory = { identity: [0.6, 0.605, 0.61], baseline: 0.3, prompts: 3, seeds: 2, noise: 0.02 };
    const reasons = Array.from({ length: 12 }, (_, seed) => chooseCheckpoint(simulate(trajectory, seed)).reason);
    assert.ok(reasons.some((reason) => /about \d+ more seeds? a prompt would show whether one is better/.test(reason)));
  });

  it('a single checkpoint that is better than no LoRA has nothing to tie with', () => {
    assert.equal(chooseCheckpoint(simulate({ identity: [0.6], baseline: 0.3 }, 5)).step, 200);
  });

  it('a checkpoint that is bad by itself neither wins nor hides the plateau around it', () => {
    assertMostly({ identity: [0.5, 0.7, 0.45, 0.7, 0.7, 0.7], baseline: 0.3 }, (index) => index === 1 || index === 3);
  });

  it('the same sweep gives the same words and numbers, also through JSON', () => {
    const input = simulate({ identity: locking(5, 2), baseline: 0.3 }, 4);
    const choice = chooseCheckpoint(input);
    assert.deepEqual(chooseCheckpoint(structuredClone(input)), choice);
    assert.deepEqual(JSON.parse(JSON.stringify(choice)), choice);
  });

  it('nothing scored, no face anywhere, no pairs with the baseline: none named, and the reason says why', () => {
    assert.match(chooseCheckpoint({ checkpoints: [], baseline: [] }).reason, /none was scored/);
    const lost = { prompt: 'a', seed: 1, identity: null, nearestTraining: null };
    const noFace = chooseCheckpoint({
      checkpoints: [{ step: 5, samples: [lost, { ...lost, seed: 2 }] }],
      baseline: [lost],
    });
    assert.equal(noFace.step, null);
    assert.match(noFace.reason, /none of its 2 pictures shows a face/);
    const alone = chooseCheckpoint({
      checkpoints: [{ step: 5, samples: [{ ...lost, identity: 0.8 }] }],
      baseline: [lost],
    });
    assert.equal(alone.ending.kind, 'too-few-pairs');
  });

  it('the reason is two sentences that carry the numbers and name weak likeness', () => {
    const { reason } = chooseCheckpoint(simulate({ identity: [0.2, 0.25], baseline: 0.05 }, 2));
    assert.match(reason, /identity 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\), \+0\.\d{3} over the same pictures without LoRA/);
    assert.match(reason, /0\.\d{3} is below 0\.37/);
    assert.equal(reason.split(/(?<=[.])\s/).length, 2);
  });

  it('what identity rises by at least is the same figure in the reason and in the explanation, never rounded up', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const choice = chooseCheckpoint(simulate({ identity: [0.2, 0.25], baseline: 0.05 }, seed));
      if (choice.ending.kind !== 'winner') continue;
      const [, said] = /at least (0\.\d+) above/.exec(choice.reason)!;
      assert.ok(Number(said) <= choice.ending.sureGain + 1e-9);
      assert.ok(explainNeighbours(choice).some((line) => line.includes(`at least ${said} above`)));
    }
  });
});
