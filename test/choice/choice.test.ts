import assert from 'node:assert/strict';
import { chooseCheckpoint } from '../../src/choice/choice.js';
import { explainNeighbours } from '../../src/choice/choice-explanation.js';
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

const within =
  (truth: number, most = 1) =>
  (index: number | null) =>
    index !== null && Math.abs(index - truth) <= most;

describe('identity: choice', function () {
  this.timeout(120_000);

  for (const [title, trajectory, truth, most] of [
    [
      'locks early: much later equals are not taken for better',
      { identity: locking(8, 1), baseline: 0.3, noise: 0.011 },
      1,
      2,
    ],
    ['locks late: an early checkpoint is not taken for good enough', { identity: locking(8, 6), baseline: 0.3 }, 6],
    ['peaks and collapses', { identity: [0.4, 0.5, 0.6, 0.7, 0.7, 0.6, 0.45, 0.3], baseline: 0.3 }, 3],
    [
      'one prompt never works: the others still decide',
      { identity: locking(8, 4), baseline: 0.3, failingPrompt: true, noise: 0.03 },
      4,
    ],
    [
      'a third of the images show no face: pairs with faces decide',
      { identity: locking(8, 4), baseline: 0.3, noFace: Array<number>(8).fill(0.3) },
      4,
    ],
  ] as [string, Trajectory, number, number?][]) {
    it(title, () => assertMostly(trajectory, within(truth, most)));
  }

  it('never rises above the baseline: no checkpoint is named', () => {
    assertMostly({ identity: Array<number>(5).fill(0.3), baseline: 0.3 }, (index) => index === null);
    const choice = chooseCheckpoint(simulate({ identity: [0.1, 0.1], baseline: 0.3 }, 5));
    assert.equal(choice.ending.kind, 'never-rises');
    assert.match(choice.reason, /^No checkpoint is better than no LoRA: .* 0\.\d\d below no LoRA\./);
  });

  it('identity still rises by copying training images: the copies do not win', () => {
    const copying = [0.1, 0.1, 0.1, 0.1, 0.12, 0.2, 0.28, 0.36];
    const trajectory = { identity: [0.4, 0.5, 0.6, 0.66, 0.7, 0.73, 0.76, 0.78], copying, baseline: 0.3 };
    assertMostly(trajectory, (index) => index !== null && index <= 4 && index >= 3);
    const { perStep } = chooseCheckpoint(simulate(trajectory, 3));
    assert.match(perStep[7].failed ?? '', /^it copies training images.*0\.\d{3} more.*up to 0\.\d{3} is normal/);
  });

  it('a checkpoint that loses faces is not chosen for the few that it keeps', () => {
    const trajectory = {
      identity: [0.4, 0.5, 0.6, 0.6, 0.8],
      baseline: 0.3,
      noFace: [0, 0, 0, 0, 0.75],
    };
    assertMostly(trajectory, (index) => index === 2 || index === 3);
  });

  it('a small real gain in few images: no winner, but how many more seeds would tell', () => {
    const choice = chooseCheckpoint(
      simulate({ identity: [0.31], baseline: 0.3, prompts: 2, seeds: 2, noise: 0.03 }, 8),
    );
    assert.equal(choice.step, null);
    if (choice.ending.kind === 'cannot-tell')
      assert.match(choice.reason, /more seeds? per prompt|no realistic number of seeds/);
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
    assert.match(
      choice.reason,
      /^No clear winner: the 3 checkpoints are statistically equal \(identity [\d.]+ to [\d.]+\)\. [^.;]+\. Checkpoint 200 is the earliest that is statistically as good as the best/,
    );
    assert.ok(choice.reason.split(/\. /).length <= 4, choice.reason);
    assert.match(explainNeighbours(choice)[1], /^Equally good checkpoints differ this much in 100 of 100 sweeps\.$/);
    assert.deepEqual(
      choice.perStep.map(({ step }) => step),
      [200, 400, 600],
    );
  });

  it('less than trainings waver by, but measurable: no winner, and what is named is not said to be equal to the first', () => {
    const noise = (seed: number) => 0.05 * Math.sin(7 * seed);
    const samplesOf = (level: number, wobble: number) =>
      Array.from({ length: 60 }, (_, seed) => {
        const identity = level + noise(seed) + wobble * Math.sin(3 * seed);
        return { prompt: 'a', seed, identity, nearestTraining: null };
      });
    const checkpoints = [200, 400].map((step, at) => ({ step, samples: samplesOf(0.7 + 0.003 * at, 0.002 * at) }));
    const choice = chooseCheckpoint({ checkpoints, baseline: samplesOf(0.3, 0.01) });
    assert.deepEqual([choice.step, choice.asGoodAsAny, choice.start], [null, 400, null]);
    assert.match(choice.reason, /^No clear winner: the 2 checkpoints differ no more than equally good ones do \(/);
    assert.doesNotMatch(choice.reason, /statistically equal|flat/);
  });

  it('equals that differ by chance: how many more seeds would tell stands in the reason', () => {
    const reasonsOf = (identity: number[]) =>
      Array.from({ length: 12 }, (_, seed) => {
        return chooseCheckpoint(simulate({ identity, baseline: 0.3, prompts: 3, seeds: 2, noise: 0.05 }, seed)).reason;
      });
    const more = /About \d+ more seeds? per prompt would show whether one is better/;
    assert.ok(reasonsOf([0.6, 0.65, 0.7]).some((reason) => more.test(reason)));
    // Training wavers as much from step to step: no seed would tell.
    const alike = reasonsOf([0.6, 0.601, 0.602]).filter((reason) => reason.startsWith('No clear winner'));
    assert.ok(alike.filter((reason) => !more.test(reason)).length > alike.length / 2, alike.join('\n'));
  });

  it('a single checkpoint that is better than no LoRA has nothing to tie with', () => {
    assert.equal(chooseCheckpoint(simulate({ identity: [0.6], baseline: 0.3 }, 5)).step, 200);
  });

  it('a checkpoint that is bad by itself neither wins nor hides the plateau around it', () => {
    assertMostly(
      { identity: [0.5, 0.7, 0.45, 0.7, 0.7, 0.7], baseline: 0.3, noise: 0.011 },
      (index) => index === 1 || index === 3,
    );
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
    assert.match(noFace.reason, /none of its 2 images shows a face/);
    const alone = chooseCheckpoint({
      checkpoints: [{ step: 5, samples: [{ ...lost, identity: 0.8 }] }],
      baseline: [lost],
    });
    assert.equal(alone.ending.kind, 'too-few-pairs');
  });

  it('the reason is two sentences that carry the numbers and name weak similarity', () => {
    const { reason } = chooseCheckpoint(simulate({ identity: [0.15, 0.25], baseline: 0.05, noise: 0.02 }, 2));
    assert.match(reason, /highest identity: 0\.\d\d \(0\.\d\d-0\.\d\d\), 0\.\d\d above no LoRA/);
    assert.match(reason, /identity 0\.\d{3} is below 0\.37/);
    assert.equal(reason.split(/(?<=[.])\s/).length, 2);
  });

  it('the sure gain is rounded up, or is that of another checkpoint', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const choice = chooseCheckpoint(simulate({ identity: [0.2, 0.25], baseline: 0.05, noise: 0.02 }, seed));
      const [, step, said] = /checkpoint (\d+) is at least (0\.\d+) above/.exec(choice.reason) ?? [];
      assert.equal(Number(step), choice.step ?? choice.asGoodAsAny);
      assert.ok(choice.sureGain !== null && Number(said) <= choice.sureGain + 1e-9);
    }
  });

  it('a rise in every pair of images is called a tie, or as good as the best', () => {
    const samples = (identity: number) =>
      Array.from({ length: 12 }, (_, seed) => {
        const own = identity + 0.03 * Math.sin(seed) + 0.002 * Math.sin(7 * seed * identity);
        return { prompt: `p${seed % 4}`, seed, identity: own, nearestTraining: null };
      });
    const checkpoints = [0.7, 0.73, 0.76].map((identity, at) => ({ step: 200 * (at + 1), samples: samples(identity) }));
    const choice = chooseCheckpoint({ checkpoints, baseline: samples(0.5) });
    assert.equal(choice.step, 600);
    assert.doesNotMatch(choice.reason, /as good as/);
  });

  it('the sentence of an earlier checkpoint contradicts the paired test or the margin', () => {
    for (let seed = 0; seed < 40; seed++) {
      const input = simulate({ identity: locking(8, 3), baseline: 0.3, noise: 0.02 }, 300 + seed);
      const { step, best, perStep, reason } = chooseCheckpoint(input);
      if (step === null || step === best) continue;
      const { behindBest } = perStep.find((verdict) => verdict.step === step) ?? {};
      assert.ok(behindBest && behindBest.difference <= 0.015, reason);
      assert.ok(behindBest.difference <= 1.4 * behindBest.error, reason);
      assert.match(
        reason,
        new RegExp(`as good as the best: ${step}, .* the best, ${best}, is not measurably better\\.`),
      );
    }
  });

  it('identity that still rises at the last step is called finished, or a plateau is called rising', () => {
    const rising = { identity: [0.5, 0.55, 0.6, 0.65, 0.7], baseline: 0.3, noise: 0.01 };
    assert.match(chooseCheckpoint(simulate(rising, 3)).reason, /still rising at the last step, so train longer/);
    const flat = Array.from({ length: 60 }, (_, seed) =>
      chooseCheckpoint(simulate({ identity: locking(8, 1), baseline: 0.3, noise: 0.02 }, seed)),
    );
    assert.ok(flat.filter(({ stillRises }) => stillRises).length <= 3);
  });

  it('one prompt that was better before hides in the mean', () => {
    const { checkpoints, baseline } = simulate({ identity: locking(6, 4), baseline: 0.3, noise: 0.01 }, 5);
    for (const { step, samples } of checkpoints)
      for (const sample of samples)
        if (sample.prompt === 'prompt-1' && sample.identity !== null && step > 600) sample.identity -= 0.3;
    const choice = chooseCheckpoint({ checkpoints, baseline });
    assert.match(explainNeighbours(choice).join(' '), /For the prompt 'prompt-1', checkpoint \d+ is better/);
  });
});
