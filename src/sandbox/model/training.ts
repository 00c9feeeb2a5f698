import { hashText, mixSeeds, normal, seededRandom } from '../head/random.js';
import { type Adam, adam, adamStep } from './adam.js';
import { EMBEDDING, keepOfSeed, KEEP_TAIL, type Module, MODULES, tensorName, TRAINABLE } from './adapter.js';
import { dot } from './least-squares.js';
import { type Lesson, lessonOf, moved, refreshAt, retake, type TrainingPicture } from './lesson.js';
import { backward, forward, type Passed } from './low-rank.js';
import { naturalGradient } from './natural-gradient.js';
import { SoftView } from './soft-view.js';
import type { Tensor } from './types.js';

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

/** Training looks at pictures this many times smaller: 512 px become 51. */
const PIXELS_A_LATENT = 10;

/** Passes of the view's filter: the loss is a little out of focus, so that it feels shape from further away. */
const BLUR = 2;

/** Detail of its surfaces. With 0.33, the renderer's own at 51 px, the true scene misses a picture four times as much. */
const DETAIL = 0.45;

/** Distance in spreads below which a step is not blown up to full length, as Adam does with any gradient. */
const NEAR = 0.05;

/**
 * Pull of each number towards what the words say, for each spread. What hardly shows (the volume of flat hair) would
 * otherwise drift to the end of its range, which is bald.
 */
const REST = 2e-6;

/**
 * A low-rank adapter fitted to pictures: A (rank x EMBEDDING) listens to the caption, B (numbers x rank) moves the
 * scene, Adam follows the natural gradient of the mean squared difference of the drawing to the pixels. One picture an
 * update.
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
    this.view = new SoftView(size, size, BLUR, DETAIL);
    this.drawn = new Float32Array(size * size * 3);
    this.lessons = pictures.map(({ caption, picture }) => lessonOf(caption, picture, this.view));
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
    const { seed } = this.options;
    const refresh = refreshAt(this.done);
    if (refresh.at === this.done) {
      this.taken.A.set(this.down.scene);
      this.taken.B.set(this.up.scene);
    }
    const lesson = this.lessons[Math.floor(seededRandom(mixSeeds(seed, this.done + 1))() * this.lessons.length)];
    if (lesson.refresh !== refresh.number) {
      const { out } = forward(this.options, { a: this.taken.A, b: this.taken.B }, lesson.text);
      retake(lesson, { view: this.view, out, refresh: refresh.number });
    }
    const scene = this.forward('scene', lesson.text);
    let loss = this.differenceTo(lesson, scene.out);
    // A network of single-precision numbers overflows here, in its norms; the drawing would only clamp what comes of it.
    if (!scene.out.every((x) => Number.isFinite(Math.fround(x * x)))) loss = NaN;
    const pull = Float64Array.from(
      lesson.columns,
      (column, d) => (2 * dot(column, this.drawn)) / this.drawn.length + REST * scene.out[d],
    );
    const prior = this.forward('prior', lesson.text);
    const doubt = prior.out.map((x, d) => {
      const keep = keepOfSeed(x);
      const slope = -keep * keep * KEEP_TAIL * Math.exp(Math.min(30, x));
      return 2 * keep * slope * lesson.shows[d];
    });
    this.done++;
    if (Number.isFinite(loss)) {
      this.backward('scene', lesson.text, scene.hidden, naturalGradient(lesson.matrix, pull, loss), NEAR);
      this.backward('prior', lesson.text, prior.hidden, doubt);
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

  /** Mean loss over other pictures with the weights as they are: what training does is not disturbed. */
  lossOn(pictures: readonly Lesson[]): number {
    const losses = pictures.map((one) => {
      const { out } = this.forward('scene', one.text);
      return this.differenceTo(one, out);
    });
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  }

  /** A picture as `lossOn` takes it. */
  lessonOf({ caption, picture }: TrainingPicture): Lesson {
    return lessonOf(caption, picture, this.view);
  }

  private forward(module: Module, text: Float64Array): Passed {
    return forward(this.options, { a: this.down[module], b: this.up[module] }, text);
  }

  private backward(module: Module, text: Float64Array, hidden: Float64Array, pull: Float64Array, near = 0): void {
    const [a, b] = [this.down[module], this.up[module]];
    const gradient = backward(this.options, { a, b }, text, hidden, pull);
    const { learningRate, rank } = this.options;
    const size = Math.sqrt(hidden.reduce((sum, x) => sum + x * x, 0) / rank);
    adamStep(a, gradient.a, this.moments[`${module}.A`], learningRate, this.done);
    adamStep(b, gradient.b, this.moments[`${module}.B`], learningRate, this.done, near * size);
  }

  /** Mean squared difference of the drawing to the picture; the differences stay in `drawn`. */
  private differenceTo(lesson: Lesson, out: Float64Array): number {
    this.view.render(moved(lesson, out), this.drawn);
    const count = this.drawn.length;
    let loss = 0;
    for (let k = 0; k < count; k++) {
      this.drawn[k] += lesson.defect[k] - lesson.target[k];
      loss += (this.drawn[k] * this.drawn[k]) / count;
    }
    return loss;
  }
}

/**
 * Small, as in any LoRA: what a prompt's other words make of a large one is as much as the trigger, and would double or
 * halve all that is learnt.
 */
function start(rank: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: rank * EMBEDDING }, () => normal(random) / Math.sqrt(EMBEDDING));
}

function copy(shape: number[], data: Float32Array): Tensor {
  return { shape, data: Float32Array.from(data) };
}

function restored(tensors: ReadonlyMap<string, Tensor> | undefined, name: string, length: number): Float32Array {
  const data = tensors?.get(name)?.data;
  if (data?.length !== length) throw new Error(`The saved training state lacks ${name}, or it has another size.`);
  return Float32Array.from(data);
}
