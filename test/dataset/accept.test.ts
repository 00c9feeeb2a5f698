import assert from 'node:assert/strict';
import { acceptAnchor, acceptCanonical, acceptView, bestOf, similarityLimit } from '../../src/dataset/index.js';
import type { ScoredPicture } from '../../src/run/scored-picture.js';
import type { Measured } from '../../src/run/record.js';
import type { ViewRequest } from '../../src/project/families/family.js';

/** A good frontal picture of the right person, but for what the test changes. Level heads measure a pitch of -10. */
function picture(measured: Partial<Measured> = {}, rest: Partial<ScoredPicture> = {}): ScoredPicture {
  return {
    key: 'picture',
    measured: {
      width: 512,
      height: 512,
      faces: 1,
      box: [120, 100, 380, 400],
      pose: { yaw: 1, pitch: -10, roll: 0 },
      sharpness: 500,
      identity: 0.8,
      nearestTraining: null,
      ...measured,
    },
    expression: null,
    duplicateOf: null,
    error: null,
    ...rest,
  };
}

const view = (yaw: number, pitch = 0): ViewRequest => ({ yaw, pitch, distance: 'close', expression: 'neutral' });
const posed = (yaw: number, pitch: number, identity = 0.8) => picture({ pose: { yaw, pitch, roll: 0 }, identity });

function assertRejected(verdict: { ok: boolean; reason?: string }, words: RegExp): void {
  assert.equal(verdict.ok, false);
  assert.match(verdict.reason ?? '', words);
}

describe('dataset: what is kept', () => {
  it('a good image passes every rule', () => {
    assert.ok(acceptAnchor(picture()).ok && acceptCanonical(picture()).ok && acceptView(picture(), view(0)).ok);
  });

  it('no face, two faces and a file that is no image are each told as what they are', () => {
    assertRejected(acceptAnchor(picture({ faces: 0, box: null, pose: null })), /^no face found$/);
    assertRejected(acceptAnchor(picture({ faces: 2 })), /^2 faces found \(must be exactly 1\)$/);
    assertRejected(acceptView(picture({ faces: 0 }, { error: 'x.jpg is not an image.' }), view(0)), /x\.jpg/);
  });

  it('a turned, lowered, small or blurred anchor is refused with its numbers', () => {
    assertRejected(acceptAnchor(posed(-34.4, -10)), /yaw -34 \(limit 20 degrees\)/);
    assertRejected(acceptAnchor(posed(0, -38)), /pitch -28 \(limit 22 degrees\)/);
    assertRejected(acceptAnchor(picture({ box: [0, 0, 60, 60] })), /is 60 pixels wide \(minimum 96\)/);
    assertRejected(acceptAnchor(picture({ width: 4000, height: 4000 })), /fills 0\.5% of the image/);
    assertRejected(acceptAnchor(picture({ sharpness: 3.4 })), /sharpness 3 \(minimum 50\)/);
  });

  it('a level head is not taken for one that looks down, though the models measure it 10 degrees low', () => {
    assert.ok(acceptCanonical(posed(0, -22)).ok);
    assertRejected(acceptCanonical(posed(0, 8)), /pitch 18/);
  });

  it('a portrait of somebody else is refused, and one that was never compared', () => {
    assertRejected(acceptCanonical(picture({ identity: 0.21 })), /similarity to the anchor is 0\.21 \(minimum 0\.37\)/);
    assertRejected(
      acceptCanonical(picture({ identity: 0.3696 })),
      /similarity to the anchor is 0\.3696 \(minimum 0\.37\)/,
    );
    assertRejected(acceptCanonical(picture({ identity: 0.21 }), 0.28), /minimum 0\.28/);
    assert.ok(acceptCanonical(picture({ identity: 0.3 }), 0.28).ok, 'another embedder, another threshold');
    assertRejected(acceptCanonical(picture({ identity: null })), /could not be measured/);
  });

  it('a view from another side than asked is refused with both angles', () => {
    assertRejected(acceptView(posed(-12, -10), view(-60)), /yaw -12 instead of -60 \(at most 28 degrees off\)/);
    assertRejected(acceptView(posed(31, -10), view(-30)), /yaw 31 instead of -30/);
    assertRejected(acceptView(posed(0, -40), view(0, 15)), /pitch -30 instead of 15/);
  });

  it('a profile need not look as much like the frontal portrait as another frontal one', () => {
    assert.ok(acceptView(posed(55, -10, 0.2), view(60)).ok);
    assertRejected(acceptView(posed(0, -10, 0.2), view(0)), /0\.20 \(minimum 0\.37\)/);
    assert.ok(similarityLimit(60) < similarityLimit(30) && similarityLimit(-60) === similarityLimit(60));
  });

  it('the same image twice teaches nothing: the second is refused', () => {
    assertRejected(acceptView(picture({}, { duplicateOf: 'first' }), view(0)), /nearly the same image as first/);
  });

  it('the best is the most frontal anchor and the likest portrait; the first wins a tie; none of none', () => {
    assert.equal(bestOf([posed(12, -10), posed(2, -10), picture({ faces: 0 })].map(acceptAnchor)), 1);
    assert.equal(
      bestOf([picture({ identity: 0.5 }), picture({ identity: 0.7 })].map((portrait) => acceptCanonical(portrait))),
      1,
    );
    assert.equal(bestOf([picture(), picture()].map(acceptAnchor)), 0);
    assert.equal(bestOf([picture({ faces: 0 })].map(acceptAnchor)), null);
  });
});
