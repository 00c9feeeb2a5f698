import { clampScene, PARAMETERS, type Scene } from '../head/scene.js';
import { encode, reachOf, type Said, TRAINABLE } from './adapter.js';
import { sayScene } from './compose.js';
import { differentiate, inDrawingOrder } from './jacobian.js';
import { dot } from './least-squares.js';
import { gaussNewton } from './natural-gradient.js';
import { drawScene } from './picture.js';
import { readPrompt } from './prompt.js';
import type { SoftView } from './soft-view.js';
import type { Picture } from './types.js';

export interface TrainingPicture {
  caption: string;
  /** Any size from 64 px. */
  picture: Picture;
}

export interface Lesson {
  text: Float64Array;
  said: Said;
  reach: Float64Array;
  target: Float32Array;
  /** Size of a drawing nearly as fine as the picture. */
  fine: readonly [width: number, height: number];
  /** What the view sees in such a drawing, less what it draws itself: taken with the Jacobian. */
  defect: Float32Array;
  /** Which refresh `columns` belongs to. */
  refresh: number;
  columns: Float32Array[];
  /** Squared length of each column over the number of values: how much each number shows in this picture. */
  shows: Float64Array;
  /** Gauss-Newton's, of `columns`. */
  matrix: Float64Array[];
}

/** Updates at which the Jacobians are taken anew. Close together at first, while the scene still moves a lot. */
const REFRESHES = [0, 80, 220, 450, 800, 1250, 1800, 2400];
const LATER_REFRESH = 700;

/** The last refresh at or before an update: its number, and the update it happens at. */
export function refreshAt(update: number): { number: number; at: number } {
  const last = REFRESHES[REFRESHES.length - 1];
  if (update >= last) {
    const more = Math.floor((update - last) / LATER_REFRESH);
    return { number: REFRESHES.length - 1 + more, at: last + more * LATER_REFRESH };
  }
  const number = REFRESHES.findIndex((at) => at > update) - 1;
  return { number, at: REFRESHES[number] };
}

/** How far a seed's own choice typically is from what the words say, in spreads. */
const FAR = 1.2;

/**
 * A beard shows from a length on, and below it a small step tells nothing: how much such a number shows is taken from a
 * step as large as a seed's own choice, or the seed would keep it.
 */
function showHidden(lesson: Lesson, view: SoftView, { scene, here }: { scene: Scene; here: Float32Array }): void {
  const far = Float64Array.from(scene);
  const there = new Float32Array(here.length);
  for (const index of inDrawingOrder(TRAINABLE)) {
    const d = placeOf.get(index) ?? 0;
    if (lesson.shows[d] > 0) continue;
    far[index] = scene[index] + FAR * PARAMETERS[index].spread;
    view.render(clampScene(far), there);
    far[index] = scene[index];
    let sum = 0;
    for (let k = 0; k < there.length; k++) sum += (there[k] - here[k]) ** 2;
    const share = lesson.reach[d] / PARAMETERS[index].spread;
    lesson.shows[d] = (share * share * sum) / (FAR * FAR * there.length);
  }
}

const placeOf = new Map(TRAINABLE.map((index, d) => [index, d]));

/** Shorter side of a fine drawing: a twentieth of what a small one misses of a 512 px picture is left. */
const FINE_PIXELS = 256;

/** A picture with its caption as the training takes it. */
export function lessonOf(caption: string, picture: Picture, view: SoftView): Lesson {
  const { effects, tokens } = readPrompt(caption);
  const said = sayScene(effects);
  const target = view.see(picture);
  const scale = Math.min(1, FINE_PIXELS / Math.min(picture.width, picture.height));
  return {
    text: encode(tokens),
    said,
    reach: reachOf(said),
    target,
    fine: [Math.round(picture.width * scale), Math.round(picture.height * scale)],
    defect: new Float32Array(target.length),
    refresh: -1,
    columns: [],
    shows: new Float64Array(0),
    matrix: [],
  };
}

/** What the caption says, moved by the adapter. */
export function moved({ said, reach }: Lesson, delta: Float64Array): Scene {
  const scene = Float64Array.from(said.scene);
  TRAINABLE.forEach((index, d) => (scene[index] += reach[d] * delta[d]));
  return clampScene(scene);
}

/**
 * Takes the lesson's Jacobian anew, where the adapter gave `out`. A small drawing is not a picture made small: brows,
 * lids and edges differ by more than all that they can say about a person. What differs here differs nearby as well.
 */
export function retake(
  lesson: Lesson,
  { view, out, refresh }: { view: SoftView; out: Float64Array; refresh: number },
): void {
  const scene = moved(lesson, out);
  const here = new Float32Array(lesson.target.length);
  view.render(scene, here);
  const seen = view.see(drawScene(scene, ...lesson.fine));
  for (let k = 0; k < seen.length; k++) lesson.defect[k] = seen[k] - here[k];
  lesson.columns = differentiate(view, scene, here, TRAINABLE, lesson.columns);
  lesson.columns.forEach((column, d) => {
    const share = lesson.reach[d] / PARAMETERS[TRAINABLE[d]].spread;
    if (share !== 1) for (let k = 0; k < column.length; k++) column[k] *= share;
  });
  lesson.shows = Float64Array.from(lesson.columns, (column) => dot(column, column) / column.length);
  showHidden(lesson, view, { scene, here });
  lesson.matrix = gaussNewton(lesson.columns);
  lesson.refresh = refresh;
}
