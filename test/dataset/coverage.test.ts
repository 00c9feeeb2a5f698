import assert from 'node:assert/strict';
import { coverageOf } from '../../src/dataset/coverage.js';
import { keyOf, planViewsI } from '../../src/dataset/views.js';
import { leftOutByPerson, type Picture } from '../../src/run/record.js';

const views = planViewsI({ yaw: [-60, 0, 60], pitch: [0, 15], distances: ['close'], expressions: ['neutral'] });
const shows = (at: number) => ({ view: keyOf(views[at]) }) as Picture;
const bad = (at: number) => ({ ...shows(at), reason: 'no face found' });

describe('dataset: coverage', () => {
  it('counts for each view what is kept and rendered, and what no view asks for not at all', () => {
    const stray = { view: 'yaw5-pitch5-close-neutral' } as Picture;
    const { bins, kept, renders, lacks } = coverageOf(views, [
      { outputs: [0, 2, 3].map(shows), rejected: [bad(0), bad(1), bad(1)] },
      { outputs: [shows(4), shows(5), stray], rejected: [] },
    ]);
    assert.deepEqual([kept, renders], [5, 8]);
    assert.deepEqual(
      bins.map(({ kept, renders }) => [kept, renders]),
      [
        [1, 2],
        [0, 2],
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    );
    assert.match(lacks ?? '', /^1 of 6 views has no image \(yaw -60, pitch 15, close, neutral\)/);
    assert.match(lacks ?? '', /1 of 4 profile views has none$/);
  });

  it('tells a view whose image a person left out from one that was never had', () => {
    const left = { ...shows(1), reason: leftOutByPerson };
    const { dropped, bins, lacks } = coverageOf(views, [
      { outputs: [0, 2, 3, 4].map(shows), rejected: [bad(1), left, bad(5)] },
    ]);
    assert.deepEqual([dropped, bins[1].dropped, bins[5].dropped], [1, 1, undefined]);
    assert.match(
      lacks ?? '',
      /\(yaw -60, pitch 15, close, neutral, left out by a person; yaw 60, pitch 15, close, neutral\)/,
    );
  });

  it('says where no image at all shows the face, and nothing where all is there', () => {
    const front = coverageOf(views, [{ outputs: [2, 3].map(shows), rejected: [] }]);
    assert.match(front.lacks ?? '', /no profile view has an image, so the LoRA has to guess the face there$/);
    assert.equal(coverageOf(views, [{ outputs: views.map((_, at) => shows(at)), rejected: [] }]).lacks, null);
  });
});
