import assert from 'node:assert/strict';
import { adherenceOf } from '../../src/faces/score/adherence.js';
import { askedIn } from '../../src/faces/score/asked.js';
import { explainNeighbours } from '../../src/choice/choice-explanation.js';
import { chooseCheckpoint } from '../../src/choice/choice.js';
import { diversityOf } from '../../src/faces/score/diversity.js';
import type { FaceMeasurement } from '../../src/faces/engine/engine.js';
import { isNearCopy } from '../../src/faces/score/picture-difference.js';
import { setScores } from '../../src/choice/set-scores.js';
import { photoPrompts } from '../../src/project/families/photo-prompts.js';
import { locking, simulate } from '../choice/simulation.js';

/** A measured picture of one grey, with a face that points where it is told. */
function face(grey: number, yaw = 0, towards = 0): FaceMeasurement {
  const embedding = Float32Array.of(Math.cos(towards), Math.sin(towards));
  return {
    thumbnail: new Float32Array(24 * 24).fill(grey),
    chosen: { embedding, pose: { yaw, pitch: 0, roll: 0 } },
  } as FaceMeasurement;
}

const found = (yaw: number, height: number, mouthOpen: number, mouthWidth: number, faces = 1) => ({
  measured: {
    width: 100,
    height: 100,
    faces,
    box: [20, 10, 60, 10 + height] as [number, number, number, number],
    pose: { yaw, pitch: 0, roll: 0 },
    sharpness: 100,
    identity: 0.7,
    nearestTraining: 0.8,
  },
  expression: { mouthOpen, mouthWidth, eyesOpen: 0.4 },
});

const missed = (prompt: string, picture: ReturnType<typeof found>) =>
  adherenceOf(prompt, picture)
    .filter(({ met }) => !met)
    .map(({ part }) => part);

describe('identity: what a set of renders shows beyond identity', () => {
  it('what is asked is overlooked, or found although it is not there', () => {
    const prompt = 'photo of mnaz, three-quarter view, open mouth, close-up';
    assert.deepEqual(missed(prompt, found(33, 70, 0.2, 0.8)), []);
    assert.deepEqual(missed(prompt, found(-33, 70, 0.2, 0.8)), []);
    assert.deepEqual(missed(prompt, found(2, 20, 0.01, 0.8, 2)), ['faces', 'pose', 'expression', 'framing']);
    assert.deepEqual(missed('mnaz, smiling, front view, head and shoulders', found(3, 40, 0.01, 0.9)), []);
    assert.deepEqual(missed('mnaz, turned 30 degrees left', found(34, 40, 0, 0.8)), []);
    assert.deepEqual(missed('mnaz, turned 30 degrees left', found(2, 40, 0, 0.8)), ['pose']);
  });

  it('a prompt that asks nothing measurable is held against something', () => {
    assert.deepEqual(askedIn('mnaz on a beach at sunset, film grain'), {});
    assert.deepEqual(missed('mnaz on a beach at sunset', found(70, 15, 0.3, 0.7)), []);
  });

  it('the default prompts of the photo families ask nothing that can be measured', () => {
    for (const { text } of photoPrompts.sweepPrompts) assert.ok(askedIn(text).framing, text);
  });

  it('a near-copy needs face, pose and image alike', () => {
    const training = face(100);
    assert.equal(isNearCopy(face(104, 3, 0.2), training), true);
    assert.equal(isNearCopy(face(104, 30, 0.2), training), false, 'another pose');
    assert.equal(isNearCopy(face(104, 3, 1), training), false, 'another face');
    assert.equal(isNearCopy(face(160, 3, 0.2), training), false, 'another image');
    assert.equal(isNearCopy({ ...face(100), chosen: null }, training), false, 'no face');
  });

  it('images that are all the same count as diverse; seeds and prompts are mixed up', () => {
    const of = (prompt: string, grey: number) => ({ prompt, face: face(grey) });
    assert.deepEqual(diversityOf([of('a', 50), of('a', 50), of('b', 101), of('b', 101)]), { seeds: 0, prompts: 0.2 });
    assert.deepEqual(diversityOf([of('a', 50), { prompt: 'a', face: null }]), { seeds: null, prompts: null });
  });

  it('profiles are averaged in with frontal renders', () => {
    const sample = (yaw: number | null, identity: number | null) => {
      return { prompt: 'a', seed: Number(yaw), identity, nearestTraining: null, yaw };
    };
    const { perPose } = setScores([sample(-5, 0.8), sample(12, 0.6), sample(-70, 0.3), sample(null, null)]);
    assert.deepEqual(Object.keys(perPose), ['frontal', 'profile']);
    assert.equal(perPose.frontal.n, 2);
    assert.equal(perPose.profile.mean, 0.3);
  });
});

describe('identity: why this checkpoint and not its neighbours', () => {
  it('names the chosen one, the one before and the one after, each with its numbers', () => {
    const choice = chooseCheckpoint(simulate({ identity: locking(8, 3), baseline: 0.3 }, 11));
    const text = explainNeighbours(choice).join('\n');
    assert.match(text, new RegExp(`^Checkpoint ${choice.step} has identity 0\\.\\d{3} \\(95%: `));
    assert.match(text, new RegExp(`Checkpoint ${choice.step! - 200}, the one before, is 0\\.\\d{3} behind the best`));
    assert.match(text, new RegExp(`Checkpoint ${choice.step! + 200}, the next one, is .* on the same 12 prompts`));
  });

  it('says why none is named, with the scores, and what a guard rules out', () => {
    const never = explainNeighbours(chooseCheckpoint(simulate({ identity: [0.2, 0.2], baseline: 0.3 }, 5)));
    assert.match(never[0], /^No checkpoint is better than no LoRA/);
    assert.match(never[1], / 200: 0\.\d{3}.* 400: 0/);
    const copying = [0.1, 0.1, 0.1, 0.3];
    const guarded = chooseCheckpoint(simulate({ identity: [0.4, 0.5, 0.6, 0.65], copying, baseline: 0.2 }, 5));
    assert.match(explainNeighbours(guarded).join('\n'), /Checkpoint 800 is ruled out: it copies training images/);
  });

  it('of a tie tells that the earliest is as good as any', () => {
    const samples = [0.7, 0.71, 0.69].map((identity, seed) => ({ prompt: 'a', seed, identity, nearestTraining: null }));
    const baseline = samples.map((sample) => ({ ...sample, identity: sample.identity - 0.3 + sample.seed / 100 }));
    const choice = chooseCheckpoint({ checkpoints: [200, 400].map((step) => ({ step, samples })), baseline });
    assert.match(
      explainNeighbours(choice)[0],
      /^No clear winner.*Checkpoint 200 is the earliest that is statistically as good as the best/,
    );
  });
});
