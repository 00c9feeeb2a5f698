import { hashText, mixSeeds, normal, seededRandom } from '../head/random.js';
import { clampScene, PARAMETERS, type Scene } from '../head/scene.js';
import { type Adam, adam, adamStep } from './adam.js';
import {
  EMBEDDING,
  encode,
  keepOfSeed,
  KEEP_TAIL,
  type Module,
  MODULES,
  reachOf,
  type Said,
  tensorName,
  TRAINABLE,
} from './adapter.js';
import { sayScene } from './compose.js';
import { differentiate } from './jacobian.js';
import { dot } from './least-squares.js';

import { readPrompt } from './prompt.js';
import { SoftView } from './soft-view.js';
import type { Picture, Tensor } from './types.js';

export interface TrainingPicture {
  caption: string;
  /** Any size from 64 px. */
  picture: Picture;
}

export interface TrainingOptions {
  rank: number;
  alpha: number;
  learningRate: number;
  seed: number;
  steps: number;
  resolution: number;
}

export interface TrainingState {
  weights: ReadonlyMap<string, Tensor>;
  optimizer: ReadonlyMap<string, Tensor>;
  updates: number;
}

interface Lesson {
  text: Float64Array;
  said: Said;
  reach: Float64Array;
  target: Float32Array;
  /** Which refresh `columns` belongs to. */
  refresh: number;
  columns: Float32Array[];
  /** Squared length of each column over the number of values: how much each number shows in this picture. */
  shows: Float64Array;
}

/** Training looks at pictures this many times smaller: 512 px become 51. */
const PIXELS_A_LATENT = 10;

/** Passes of the view's filter: the loss is a little out of focus, so that it feels shape from further away. */
const BLUR = 2;

/** Updates at which the Jacobians are taken anew. Close together at first, while the scene still moves a lot. */
const REFRESHES = [0, 80, 220, 450, 800, 1250, 1800, 2400];
const LATER_REFRESH = 700;

/** The last refresh at or before an update: its number, and the update it happens at. */
function refreshAt(update: number): { number: number; at: number } {
  const last = REFRESHES[REFRESHES.length - 1];
  if (update >= last) {
    const more = Math.floor((update - last) / LATER_REFRESH);
    return { number: REFRESHES.length - 1 + more, at: last + more * LATER_REFRESH };
  }
  const number = REFRESHES.findIndex((at) => at > update) - 1;
  return { number, at: REFRESHES[number] };
}

/**
 * A low-rank adapter fitted to pictures: A (rank x EMBEDDING) listens to the caption, B (numbers x rank) moves the
 * scene, Adam follows the mean squared difference of the drawing to the pixels. One picture an update.
 *
 * A second pair, `prior`, learns how much of the seed's own choice to give up: drawing with a random person would add
 * (to first order) keep^2 x |column|^2 to the loss of every number, and that expectation is what it descends, so no
 * random drawing is needed.
 *
 * Everything that a resume needs is in weights() and optimizer(), in float32, and the choice of picture depends on
 * the seed and the number of the update alone: a resumed training is bit for bit the undisturbed one.
 */
export class LoraTraining {
  private done: number;
  private readonly lessons: Lesson[];
  private readonly view: SoftView;
  private readonly down: Record<Module, Float32Array>;
  private readonly up: Record<Module, Float32Array>;
  private readonly moments: Record<`${Module}.${'A' | 'B'}`, Adam>;
  /** Scene weights at the last refresh: where the Jacobians in use were taken. */
  private readonly taken: { A: Float32Array; B: Float32Array };
  private readonly drawn: Float32Array;

  constructor(
    pictures: TrainingPicture[],
    private readonly options: TrainingOptions,
    resume?: TrainingState,
  ) {
    if (pictures.length === 0) throw new Error('There is no picture to train on.');
    const size = Math.max(32, Math.min(64, Math.round(options.resolution / PIXELS_A_LATENT)));
    this.view = new SoftView(size, size, BLUR);
    this.drawn = new Float32Array(size * size * 3);
    this.lessons = pictures.map(({ caption, picture }) => lesson(caption, picture, this.view));
    this.done = resume?.updates ?? 0;
    const { rank, seed } = options;
    const from = (tensors: ReadonlyMap<string, Tensor> | undefined, name: string, length: number): Float32Array =>
      restored(tensors, name, length);
    const a = rank * EMBEDDING;
    const b = rank * TRAINABLE.length;
    const both = <T>(make: (module: Module) => T): Record<Module, T> => ({
      scene: make('scene'),
      prior: make('prior'),
    });
    this.down = both((module) =>
      resume
        ? from(resume.weights, tensorName(module, 'lora_A.weight'), a)
        : start(rank, mixSeeds(seed, hashText(module))),
    );
    this.up = both((module) =>
      resume ? from(resume.weights, tensorName(module, 'lora_B.weight'), b) : new Float32Array(b),
    );
    const moment = (name: string, length: number): Adam =>
      resume
        ? {
            mean: from(resume.optimizer, `${name}.exp_avg`, length),
            square: from(resume.optimizer, `${name}.exp_avg_sq`, length),
          }
        : adam(length);
    this.moments = {
      'scene.A': moment('scene.A', a),
      'scene.B': moment('scene.B', b),
      'prior.A': moment('prior.A', a),
      'prior.B': moment('prior.B', b),
    };
    this.taken = {
      A: resume ? from(resume.optimizer, 'jacobian.A', a) : Float32Array.from(this.down.scene),
      B: resume ? from(resume.optimizer, 'jacobian.B', b) : Float32Array.from(this.up.scene),
    };
  }

  get updates(): number {
    return this.done;
  }

  /** One optimizer update on one picture; returns the loss before it. */
  update(): number {
    const { learningRate, seed } = this.options;
    const refresh = refreshAt(this.done);
    if (refresh.at === this.done) {
      this.taken.A.set(this.down.scene);
      this.taken.B.set(this.up.scene);
    }
    const lesson = this.lessons[Math.floor(seededRandom(mixSeeds(seed, this.done + 1))() * this.lessons.length)];
    if (lesson.refresh !== refresh.number) this.retake(lesson, refresh.number);
    const scene = this.forward('scene', this.down.scene, this.up.scene, lesson.text);
    this.view.render(moved(lesson, scene.out), this.drawn);
    const count = this.drawn.length;
    let loss = 0;
    for (let k = 0; k < count; k++) {
      this.drawn[k] -= lesson.target[k];
      loss += (this.drawn[k] * this.drawn[k]) / count;
    }
    // A network of single-precision numbers overflows here, in its norms; the drawing would only clamp what comes of it.
    if (!scene.out.every((x) => Number.isFinite(Math.fround(x * x)))) loss = NaN;
    const pull = Float64Array.from(lesson.columns, (column) => (2 * dot(column, this.drawn)) / count);
    const prior = this.forward('prior', this.down.prior, this.up.prior, lesson.text);
    const doubt = prior.out.map((x, d) => {
      const keep = keepOfSeed(x);
      const slope = -keep * keep * KEEP_TAIL * Math.exp(Math.min(30, x));
      return 2 * keep * slope * lesson.shows[d];
    });
    this.done++;
    if (Number.isFinite(loss)) {
      this.backward('scene', lesson.text, scene.hidden, pull, learningRate);
      this.backward('prior', lesson.text, prior.hidden, doubt, learningRate);
    }
    return loss;
  }

  weights(): Map<string, Tensor> {
    const { rank, alpha } = this.options;
    return new Map(
      MODULES.flatMap((module) => [
        [tensorName(module, 'lora_A.weight'), copy([rank, EMBEDDING], this.down[module])] as const,
        [tensorName(module, 'lora_B.weight'), copy([TRAINABLE.length, rank], this.up[module])] as const,
        [tensorName(module, 'alpha'), copy([1], Float32Array.of(alpha))] as const,
      ]),
    );
  }

  optimizer(): Map<string, Tensor> {
    const out = new Map<string, Tensor>();
    for (const [name, { mean, square }] of Object.entries(this.moments)) {
      out.set(`${name}.exp_avg`, copy([mean.length], mean));
      out.set(`${name}.exp_avg_sq`, copy([square.length], square));
    }
    out.set('jacobian.A', copy([this.taken.A.length], this.taken.A));
    out.set('jacobian.B', copy([this.taken.B.length], this.taken.B));
    return out;
  }

  private retake(lesson: Lesson, refresh: number): void {
    const { out } = this.forward('scene', this.taken.A, this.taken.B, lesson.text);
    const scene = moved(lesson, out);
    const here = new Float32Array(this.drawn.length);
    this.view.render(scene, here);
    lesson.columns = differentiate(this.view, scene, here, TRAINABLE);
    lesson.columns.forEach((column, d) => {
      const share = lesson.reach[d] / PARAMETERS[TRAINABLE[d]].spread;
      if (share !== 1) for (let k = 0; k < column.length; k++) column[k] *= share;
    });
    lesson.shows = Float64Array.from(lesson.columns, (column) => dot(column, column) / column.length);
    lesson.refresh = refresh;
  }

  private forward(
    _module: Module,
    a: Float32Array,
    b: Float32Array,
    text: Float64Array,
  ): { hidden: Float64Array; out: Float64Array } {
    const { rank, alpha } = this.options;
    const hidden = new Float64Array(rank);
    const out = new Float64Array(TRAINABLE.length);
    for (let r = 0; r < rank; r++) {
      for (let e = 0; e < EMBEDDING; e++) hidden[r] += a[r * EMBEDDING + e] * text[e];
      for (let d = 0; d < out.length; d++) out[d] += (alpha / rank) * hidden[r] * b[d * rank + r];
    }
    return { hidden, out };
  }

  private backward(module: Module, text: Float64Array, hidden: Float64Array, pull: Float64Array, rate: number): void {
    const { rank, alpha } = this.options;
    const [a, b] = [this.down[module], this.up[module]];
    const gradA = new Float64Array(a.length);
    const gradB = new Float64Array(b.length);
    for (let r = 0; r < rank; r++) {
      let back = 0;
      for (let d = 0; d < pull.length; d++) {
        gradB[d * rank + r] = (alpha / rank) * pull[d] * hidden[r];
        back += (alpha / rank) * pull[d] * b[d * rank + r];
      }
      for (let e = 0; e < EMBEDDING; e++) gradA[r * EMBEDDING + e] = back * text[e];
    }
    adamStep(a, gradA, this.moments[`${module}.A`], rate, this.done);
    adamStep(b, gradB, this.moments[`${module}.B`], rate, this.done);
  }
}

function lesson(caption: string, picture: Picture, view: SoftView): Lesson {
  const { effects, tokens } = readPrompt(caption);
  const said = sayScene(effects);
  return {
    text: encode(tokens),
    said,
    reach: reachOf(said),
    target: view.see(picture),
    refresh: -1,
    columns: [],
    shows: new Float64Array(0),
  };
}

function moved({ said, reach }: Lesson, delta: Float64Array): Scene {
  const scene = Float64Array.from(said.scene);
  TRAINABLE.forEach((index, d) => (scene[index] += reach[d] * delta[d]));
  return clampScene(scene);
}

function start(rank: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: rank * EMBEDDING }, () => normal(random));
}

function copy(shape: number[], data: Float32Array): Tensor {
  return { shape, data: Float32Array.from(data) };
}

function restored(tensors: ReadonlyMap<string, Tensor> | undefined, name: string, length: number): Float32Array {
  const data = tensors?.get(name)?.data;
  if (data?.length !== length) throw new Error(`The saved training state lacks ${name}, or it has another size.`);
  return Float32Array.from(data);
}
