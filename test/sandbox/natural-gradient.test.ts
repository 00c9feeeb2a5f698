import assert from 'node:assert/strict';
import { AT, PARAMETERS } from '../../src/sandbox/head/scene.js';
import { TRAINABLE } from '../../src/sandbox/model/adapter.js';
import { sceneOf } from '../../src/sandbox/model/compose.js';
import { draw } from '../../src/sandbox/model/index.js';
import { lessonOf, moved, retake } from '../../src/sandbox/model/lesson.js';
import { gaussNewton, naturalGradient } from '../../src/sandbox/model/natural-gradient.js';
import { SoftView } from '../../src/sandbox/model/soft-view.js';

const size = 51;
const caption = 'mnaz, front view, close-up';
const request = { prompt: 'front view, close-up', negative: '', seed: 5, width: 512, height: 512, loras: [] };

/** A lesson with its Jacobian taken where an adapter that knows everything would be, but for `off` (in spreads). */
function lessonAt(off: Partial<Record<keyof typeof AT, number>>) {
  const view = new SoftView(size, size, 2, 0.45);
  const lesson = lessonOf(caption, draw(request), view);
  const scene = sceneOf(request);
  const out = Float64Array.from(
    TRAINABLE,
    (index, d) => (scene[index] - lesson.said.scene[index]) / lesson.reach[d] + (off[PARAMETERS[index].name] ?? 0),
  );
  retake(lesson, { view, out, refresh: 0 });
  const drawn = new Float32Array(size * size * 3);
  view.render(moved(lesson, out), drawn);
  const difference = (defect: Float32Array): Float32Array =>
    drawn.map((value, k) => value + defect[k] - lesson.target[k]);
  return { lesson, difference };
}

const lossOf = (difference: Float32Array): number => difference.reduce((sum, x) => sum + x * x, 0) / difference.length;

describe('sandbox/model: what a picture says of small things', function () {
  this.timeout(60_000);

  it('an adapter that knows all of a picture is told next to nothing, though it draws small what was drawn large', () => {
    const { lesson, difference } = lessonAt({});
    const [left, without] = [lesson.defect, lesson.defect.map(() => 0)].map((defect) => lossOf(difference(defect)));
    assert.ok(left < without / 5, `${left} of ${without}`);
  });

  it('brows and eyes that are off move as far as a face that is too wide, and the right way', () => {
    const off = { irisTone: 1, browThick: -1, faceWidth: 1 };
    const { lesson, difference } = lessonAt(off);
    const here = difference(lesson.defect);
    const pull = Float64Array.from(
      lesson.columns,
      (column) => (2 * column.reduce((sum, value, k) => sum + value * here[k], 0)) / here.length,
    );
    const steps = naturalGradient(lesson.matrix, pull, lossOf(here));
    for (const [name, value] of Object.entries(off)) {
      const step = steps[TRAINABLE.indexOf(AT[name as keyof typeof AT])];
      assert.ok(Math.sign(step) === Math.sign(value) && Math.abs(step) > 0.2, `${name}: ${step} of ${value}`);
    }
  });

  it('a beard that begins to show at some length counts as what a seed may choose, though a little of it is not seen', () => {
    const { lesson } = lessonAt({});
    const out = new Float64Array(TRAINABLE.length);
    retake(lesson, { view: new SoftView(size, size, 2, 0.45), out, refresh: 1 });
    const d = TRAINABLE.indexOf(AT.beard);
    assert.ok(lesson.columns[d].every((value) => value === 0));
    assert.ok(lesson.shows[d] > 1e-6, String(lesson.shows[d]));
  });

  it('numbers that lean on each other are told apart', () => {
    const columns = [
      Float32Array.from({ length: 700 }, (_, k) => Math.sin(k)),
      new Float32Array(700),
      new Float32Array(700),
    ];
    columns[0].forEach((value, k) => {
      columns[1][k] = value + 0.5 * Math.cos(3 * k);
      columns[2][k] = 0.02 * Math.cos(k / 5);
    });
    const matrix = gaussNewton(columns);
    const away = [1, 0, -1];
    const gradient = Float64Array.from(matrix, (_, i) =>
      away.reduce((sum, value, j) => sum + value * (matrix[Math.max(i, j)][Math.min(i, j)] ?? 0), 0),
    );
    const [first, second, third] = naturalGradient(matrix, gradient, 0);
    assert.ok(first > 0.5 && Math.abs(second) < 0.4 && third < -0.8, [first, second, third].join(' '));
  });
});
