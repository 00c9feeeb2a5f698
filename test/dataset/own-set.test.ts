import assert from 'node:assert/strict';
import { auditOwn } from '../../src/dataset/index.js';
import { likenessAmong } from '../../src/faces/score/among-themselves.js';
import type { ScoredPicture } from '../../src/run/scored-picture.js';

const scored = (key: string, changes: Partial<ScoredPicture> = {}, faces = 1, yaw = 0): ScoredPicture => ({
  key,
  measured: {
    width: 100,
    height: 100,
    faces,
    box: [0, 0, 50, 50],
    pose: { yaw, pitch: -10, roll: 0 },
    sharpness: 100,
    identity: null,
    nearestTraining: null,
  },
  expression: null,
  duplicateOf: null,
  toOthers: 0.7,
  error: null,
  ...changes,
});

describe('dataset: own images', () => {
  it('a copy, a near-copy, a second face and somebody else are left out with the reason; no face is said and kept', () => {
    const pictures = [
      { name: 'a.jpg', sha256: 'a', scored: scored('0') },
      { name: 'a (1).jpg', sha256: 'a', scored: scored('1') },
      { name: 'b.jpg', sha256: 'b', scored: scored('2', { duplicateOf: '0' }) },
      { name: 'pair.jpg', sha256: 'c', scored: scored('3', {}, 2) },
      { name: 'back.jpg', sha256: 'd', scored: scored('4', { toOthers: null }, 0) },
      { name: 'other.jpg', sha256: 'e', scored: scored('5', { toOthers: 0.11 }) },
      { name: 'profile.jpg', sha256: 'f', scored: scored('6', { toOthers: 0.2 }, 1, 60) },
    ];
    const found = auditOwn(pictures).map(({ at, reason, isLeftOut }) => [pictures[at].name, reason, isLeftOut]);
    assert.deepEqual(found, [
      ['a (1).jpg', 'duplicate of a.jpg', true],
      ['b.jpg', 'nearly the same image as a.jpg', true],
      ['pair.jpg', '2 faces found (must be exactly 1)', true],
      ['back.jpg', 'no face found: used for training, never held out', false],
      ['other.jpg', 'shows somebody else: similarity to the nearest other image is 0.11 (minimum 0.37)', true],
    ]);
  });

  it('an image far less like the others than they are is said to be perhaps somebody else, and kept', () => {
    const set = (likeness: number[], yaw: number[] = []) =>
      likeness.map((toOthers, at) => ({
        name: `${at}.jpg`,
        sha256: `${at}`,
        scored: scored(`${at}`, { toOthers }, 1, yaw[at]),
      }));
    assert.deepEqual(auditOwn(set([0.95, 0.97, 0.91, 0.94, 0.96, 0.65])), [
      {
        at: 5,
        reason:
          'perhaps somebody else: similarity to the nearest other image is 0.65, that of the others 0.94 (median); used nevertheless',
        isLeftOut: false,
      },
    ]);
    assert.deepEqual(auditOwn(set([0.82, 0.55, 0.71, 0.6, 0.78, 0.45])), [], 'photos from anywhere');
    assert.deepEqual(auditOwn(set([0.95, 0.97, 0.91, 0.94, 0.96, 0.65], [0, 0, 0, 0, 0, 55])), [], 'a profile');
    assert.deepEqual(auditOwn(set([0.95, 0.97, 0.91, 0.65])), [], 'too few to tell');
  });

  it('a photo that lies on its side is trained on as it lies', () => {
    const lying = scored('1');
    lying.measured.turned = 90;
    const set = [scored('0'), lying, scored('2')].map((one, at) => ({
      name: `${at}.jpg`,
      sha256: `${at}`,
      scored: one,
    }));
    assert.deepEqual(auditOwn(set), [
      { at: 1, reason: 'not upright: rotate it 90 degrees clockwise and save it', isLeftOut: true },
    ]);
  });

  it('who is somebody else is said by the largest group, and by none where it is no majority', () => {
    const a = (x: number) => Float32Array.of(Math.cos(x), Math.sin(x), 0);
    const stranger = Float32Array.of(0, 0, 1);
    const [one, , , other, none] = likenessAmong([a(0), a(0.3), a(0.6), stranger, null], 0.37);
    assert.ok(one! > 0.9 && Math.abs(other!) < 0.01 && none === null);
    assert.deepEqual(likenessAmong([a(0), stranger], 0.37), [null, null]);
  });
});
