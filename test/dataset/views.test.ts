import assert from 'node:assert/strict';
import {
  captionOf,
  chooseHeldOut,
  keyOf,
  planViewsI,
  planViewsII,
  settledViews,
  viewTitle,
} from '../../src/dataset/index.js';
import { changeWords } from '../../src/project/families/photo-words.js';
import type { Setting } from '../../src/project/families/family.js';
import { familyOf } from '../../src/project/families/index.js';
import { projectSchema } from '../../src/project/schema.js';

const { dataset } = projectSchema.parse({ name: 'x' });
type Dataset = Parameters<typeof planViewsI>[0];
const odd: Dataset[] = [
  dataset,
  { yaw: [30], pitch: [5], distances: ['half'], expressions: ['open'] },
  { yaw: [0, 0, -60], pitch: [0, 0], distances: ['bust', 'close'], expressions: ['smile'] },
  {
    yaw: Array.from({ length: 15 }, (_, i) => 12 * (i - 7)),
    pitch: Array.from({ length: 9 }, (_, i) => 10 * (i - 4)),
    distances: ['close', 'bust', 'half'],
    expressions: ['neutral', 'smile', 'open'],
  },
];

describe('dataset: views asked for', () => {
  it('stage 03 holds every yaw at every pitch once', () => {
    const views = planViewsI(dataset);
    assert.equal(views.length, 15);
    assert.equal(new Set(views.map(keyOf)).size, 15);
    assert.ok(views.every(({ distance, expression }) => distance === 'close' && expression === 'neutral'));
  });

  it('stage 04 adds angles, distances and expressions of the project, and repeats nothing', () => {
    const views = planViewsII(dataset);
    assert.deepEqual(new Set(views.map(({ distance }) => distance)), new Set(dataset.distances));
    assert.deepEqual(new Set(views.map(({ expression }) => expression)), new Set(dataset.expressions));
    for (const yaw of [-45, -15, 15, 45]) assert.ok(views.some((view) => view.yaw === yaw));
  });

  it('odd projects (one angle, doubled ones, very many) give bounded lists of distinct views', () => {
    for (const project of odd) {
      const [first, second] = [planViewsI(project), planViewsII(project)];
      const keys = [...first, ...second].map(keyOf);
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(first.length >= 1 && second.length <= 24);
      assert.ok(second.every(({ expression }) => project.expressions.includes(expression)));
      assert.ok(second.every(({ distance }) => project.distances.includes(distance)));
    }
  });

  it('more than half show the clothes and wall of the portrait, or two of stage 04 the same', () => {
    const wide = { ...dataset, yaw: [-75, -60, -45, -30, -15, 0, 15, 30, 45, 60, 75], pitch: [-20, -10, 0, 10, 20] };
    for (const asked of [dataset, wide]) {
      const { first, second } = settledViews({ ...asked, heldOut: 6 });
      const plain = first.filter(({ setting }) => setting === 'plain').length;
      assert.ok(plain > 0 && 2 * plain <= first.length + second.length, `${plain} are plain`);
      const varied = second.map(({ setting }) => JSON.stringify(setting));
      assert.equal(new Set(varied).size, second.length);
      assert.ok(!varied.includes('"plain"'));
      // Only the setting is new: keys, and so the seeds, are those of the views without.
      assert.deepEqual(first.map(keyOf), planViewsI(asked).map(keyOf));
    }
  });

  it('a caption names what is around the face, in a plain view and in another, and never the face', () => {
    const { first, second } = settledViews({ ...dataset, heldOut: 6 });
    for (const family of [familyOf('sandbox'), familyOf('z-image')]) {
      assert.match(
        captionOf('mnaz', first[0], family),
        /white t-shirt, plain light grey background, soft studio light$/,
      );
      const { clothes, background, light } = second[1].setting as Setting;
      assert.ok(captionOf('mnaz', second[1], family).endsWith(`${clothes}, ${background}, ${light}`));
      assert.ok(family.viewPrompt(second[1]).includes(clothes));
    }
  });

  it('hair varies only where it is asked for, is named in the caption, and is not kept by an edit', () => {
    const hairOf = (vary: true | 'hair') => settledViews({ ...dataset, heldOut: 6, vary }).second[1];
    assert.equal((hairOf(true).setting as Setting).hair, undefined);
    const view = hairOf('hair');
    const { hair } = view.setting as Setting;
    for (const family of [familyOf('sandbox'), familyOf('z-image')]) {
      assert.ok(hair && captionOf('mnaz', view, family).endsWith(hair));
      assert.ok(family.viewPrompt(view).includes(hair));
      assert.doesNotMatch(changeWords(view), /hairstyle/);
    }
    const { first, second } = settledViews({ ...dataset, heldOut: 6, vary: 'hair' });
    assert.ok(first.some(({ setting }) => setting === 'plain') && second.length > 0);
  });

  it('the caption begins with the trigger and says what varies', () => {
    const [view] = planViewsI(dataset);
    const caption = captionOf('mnaz', view, familyOf('sandbox'));
    assert.ok(caption.startsWith('mnaz, '));
    assert.equal(captionOf('mnaz', view, { caption: () => '' }), 'mnaz');
  });
});

describe('dataset: views as a person reads them', () => {
  it('are told as in the project file', () => {
    assert.equal(viewTitle('yaw-30-pitch0-close-neutral'), 'yaw -30, pitch 0, close, neutral');
    assert.equal(viewTitle('yaw0-pitch-15-bust-smile'), 'yaw 0, pitch -15, bust, smile');
  });

  it("keep the name of a person's own image", () => {
    for (const name of ['holiday.png', 'yaw-30-pitch0.png']) assert.equal(viewTitle(name), name);
  });
});

describe('dataset: what is held out', () => {
  const kept = planViewsI(dataset);

  it('a frontal one is held out, every pose has a reference before any has two', () => {
    const held = chooseHeldOut(kept, 6).map((index) => kept[index].yaw);
    assert.deepEqual(new Set(held), new Set([-60, -30, 0, 30, 60]));
    assert.equal(held.filter((yaw) => yaw === 0).length, 2);
  });

  it('never more than half, never an image without a pose, never one twice', () => {
    for (const count of [1, 3, 7, 50])
      for (const length of [0, 1, 2, 5, 15]) {
        const held = chooseHeldOut(kept.slice(0, length), count);
        assert.ok(held.length <= length / 2);
        assert.equal(new Set(held).size, held.length);
      }
    assert.deepEqual(chooseHeldOut([{ yaw: null }, { yaw: null }, { yaw: 3 }, { yaw: null }], 2), [2]);
  });

  it('asked for one, it is the most level frontal one; the same input gives the same answer', () => {
    const [only] = chooseHeldOut(kept, 1);
    assert.deepEqual([kept[only].yaw, kept[only].pitch], [0, 0]);
    assert.deepEqual(chooseHeldOut(kept, 6), chooseHeldOut(structuredClone(kept), 6));
  });
});
