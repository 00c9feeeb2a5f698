import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingOutcome, TrainingPhase, TrainingProgress } from '../../../src/trainer/index.js';
import { readOptimizer } from '../../../src/aitoolkit/optimizer.js';
import { drawPictures } from '../../sandbox/trainer/pictures.js';
import { Studio, type AttemptOptions } from '../../trainer/studio.js';
import { jobLimitMs, trainerUnderTest } from './trainer.js';

/** Saves so far apart (half a second) that each state can be copied before the next is written over it, as a rule. */
function fullPlan(): { steps: number; saveEvery: number } {
  const saveEvery = trainerUnderTest().isReal ? 20 : 40;
  return { steps: 4 * saveEvery, saveEvery };
}

/** Runs before the trainer, in a shell, with the attempt's folder as its working directory. */
const afterDeed = (deed: string): string[] => [
  'sh',
  '-c',
  `for config; do :; done; (cd "$(dirname "$config")" && ${deed}) && exec "$@"`,
  'sh',
  ...trainerUnderTest().command,
];

describe('our adapter with the trainer', function () {
  this.timeout(5 * jobLimitMs);
  let root: Studio;
  let full: Studio;
  before(async () => {
    root = await Studio.open();
    full = await root.sibling('full');
  });
  after(() => root.close());

  const attempt = (studio: Studio, options: AttemptOptions = {}): Promise<TrainingOutcome> => {
    const { command, cwd, env, model, train, learningRate } = trainerUnderTest();
    const { arch, name_or_path: baseModel } = model;
    const trainers = { 'ai-toolkit': { arch, process: { train } } };
    const preset = { baseModel, resolution: [64], learningRate, trainers };
    const plan = { preset, steps: 20, saveEvery: 5, ...options.plan };
    return studio.attempt({ command, cwd, env, ...options, plan });
  };
  const failure = async (studio: Studio, options: AttemptOptions) => {
    const outcome = await attempt(studio, options);
    assert.equal(outcome.kind, 'failed');
    return outcome;
  };
  /** Kills the trainer, and all it has started, once it has got so far. */
  const killedAt = (studio: Studio, reached: (progress: TrainingProgress) => boolean, options: AttemptOptions = {}) => {
    let killed = false;
    return failure(studio, {
      ...options,
      onProgress: (progress) => {
        if (killed || !reached(progress)) return;
        killed = true;
        process.kill(-studio.lockedPid(), 'SIGKILL');
      },
    });
  };

  it('a full run: every step that was asked for has its number, no optimizer state but its own, and a loss', async () => {
    const studio = full;
    const { saveEvery } = fullPlan();
    const outcome = await attempt(studio, { plan: fullPlan() });
    assert.equal(outcome.kind, 'completed', JSON.stringify(outcome));
    assert.deepEqual(
      [...studio.published.keys()],
      [1, 2, 3, 4].map((save) => save * saveEvery),
    );
    // On a busy machine one may be written over before it was copied; the last one never is.
    const states = [...studio.published.values()].filter(({ optimizerPath }) => optimizerPath);
    assert.equal(states.at(-1)?.step, 4 * saveEvery);
    for (const { step, optimizerPath } of states)
      assert.equal((await readOptimizer(optimizerPath!))?.updates, step + 1);
    assert.equal(new Set([...studio.published.values()].map(({ dataSha256 }) => dataSha256)).size, 4);
    const seen = studio.progress.filter(({ phase }) => phase === 'training');
    assert.equal(seen.at(-1)?.step, 4 * saveEvery);
    assert.ok(seen.every(({ loss }) => loss !== null && loss > 0));
  });

  it('validation: a loss on other images at each step it is asked for, and not a bit of the weights is another', async () => {
    const studio = await root.sibling('validated');
    const [item] = studio.dataset;
    const outcome = await attempt(studio, { plan: fullPlan(), validation: { every: 10, items: [item] } });
    assert.equal(outcome.kind, 'completed', JSON.stringify(outcome));
    const data = ({ published }: Studio) => [...published.values()].map(({ dataSha256 }) => dataSha256);
    assert.deepEqual(data(studio), data(full));
    const losses = new Map(studio.progress.flatMap(({ validation: at }) => (at ? [[at.step, at.loss]] : [])));
    const { steps } = fullPlan();
    assert.deepEqual(
      [...losses.keys()],
      Array.from({ length: steps / 10 }, (_, index) => 10 * (index + 1)),
    );
    assert.ok([...losses.values()].every((loss) => loss > 0));
    assert.ok(losses.get(steps)! < losses.get(10)!, 'it has learnt');
  });

  it('killed at each phase: resumes from the last save, redoes less than one interval, misses no step', async () => {
    const studio = await root.sibling('killed');
    const override = { datasets: { cache_latents_to_disk: true } };
    const inPhase = (phase: TrainingPhase) => (progress: TrainingProgress) => progress.phase === phase;
    const atStep = (step: number) => (progress: TrainingProgress) => progress.step >= step;
    const { saveEvery } = fullPlan();
    const kills = [
      inPhase('loading'),
      inPhase('preparing dataset'),
      atStep(2),
      atStep(saveEvery + 5),
      atStep(2 * saveEvery + 5),
    ];
    const last = () => Math.max(0, ...studio.published.keys());
    for (const reached of kills) {
      // So many steps that it can't come to its end before it is killed, however late.
      const outcome = await killedAt(studio, reached, { plan: { steps: 100 * saveEvery, saveEvery, override } });
      assert.match(outcome.cause, /killed \(SIGKILL/);
      assert.equal(outcome.type, 'training-failed');
      const { step } = studio.progress.at(-1)!;
      assert.ok(step - last() <= saveEvery + 1, `killed at ${step}, saved at ${last()}`);
    }
    assert.ok(last() >= 2 * saveEvery);
    studio.progress.length = 0;
    const { step: resumedAt = 0 } = studio.newestPoint() ?? {};
    const steps = last() + saveEvery;
    const outcome = await attempt(studio, { plan: { steps, saveEvery, override } });
    assert.equal(outcome.kind, 'completed', JSON.stringify(outcome));
    const wanted = Array.from({ length: steps / saveEvery }, (_, index) => (index + 1) * saveEvery);
    assert.deepEqual([...studio.published.keys()], wanted);
    const [first] = studio.progress.filter(({ phase }) => phase === 'training').map(({ step }) => step);
    assert.ok(
      resumedAt > 0 && first > resumedAt && first <= resumedAt + 3,
      `resumed at ${resumedAt}, began at ${first}`,
    );
  });

  it('a start from zero where it should have resumed: stopped, not trained to the end', async () => {
    const studio = await root.sibling('zero');
    await attempt(studio, { plan: { steps: 5 } });
    const command = afterDeed("find trainer -name '*.safetensors' -delete");
    const { cause, logTail } = await failure(studio, { command, plan: { steps: 100_000 } });
    assert.match(cause, /started at step 0 instead of step 5/);
    assert.deepEqual([...studio.published.keys()], [5]);
    assert.ok(logTail.length > 0);
  });

  it('an optimizer state that it can not load: stopped, where the trainer would go on with a fresh one', async () => {
    const studio = await root.sibling('optimizer');
    await attempt(studio, { plan: { steps: 5 } });
    const command = afterDeed("find trainer -name optimizer.pt -exec truncate -s 1000 '{}' +");
    const { cause } = await failure(studio, { command, plan: { steps: 100_000 } });
    assert.match(cause, /could not load the optimizer state/);
  });

  it('a learning rate that blows up: stopped with its cause, where the trainer would exit 0', async () => {
    const studio = await root.sibling('nan');
    const plan = { steps: 100_000, override: { train: { lr: 1e30 } } };
    const { cause, type } = await failure(studio, { plan });
    assert.match(cause, /^The loss is no longer a number: lower the learning rate|contains NaN or infinity/);
    assert.equal(type, 'training-hopeless');
  });

  it('a misspelt override: refused before a start, where the trainer would ignore it', async () => {
    const studio = await root.sibling('misspelt');
    const { cause, type } = await failure(studio, { plan: { override: { train: { lerning_rate: 1 } } } });
    assert.match(cause, /'training\.override\.train\.lerning_rate' is not a key/);
    assert.equal(type, 'bad-input');
  });

  it('an image cut short: named, where the trainer would train without it', async () => {
    const studio = await root.sibling('picture');
    const dataset = await drawPictures(join(studio.folder, 'pictures'));
    await truncate(dataset[1].imagePath, 2000);
    const { cause, type } = await failure(studio, { dataset, plan: { steps: 100_000 } });
    assert.match(cause, /can't read the image .*0002-img1\.png/);
    assert.equal(type, 'training-hopeless');
  });

  it('an image without a caption: it gets an empty one, so that the trigger word alone is learnt with it', async () => {
    const studio = await root.sibling('caption');
    const dataset = (await drawPictures(join(studio.folder, 'pictures'))).map((item, index) =>
      index === 0 ? { ...item, caption: '' } : item,
    );
    assert.equal((await attempt(studio, { dataset, plan: { steps: 5 } })).kind, 'completed');
    const laid = join(studio.folder, 'attempt-1', 'dataset');
    const names = (await readdir(laid)).filter((name) => /\.(png|txt)$/.test(name));
    assert.deepEqual(names.sort(), ['0001-img0.png', '0001-img0.txt', '0002-img1.png', '0002-img1.txt']);
    assert.equal(await readFile(join(laid, '0001-img0.txt'), 'utf8'), '');
  });

  it('an architecture that it does not know: a failure, where it would train Stable Diffusion 1.5', async () => {
    const studio = await root.sibling('arch');
    const { model, learningRate, train } = trainerUnderTest();
    const preset = {
      baseModel: model.name_or_path,
      resolution: [64],
      learningRate,
      trainers: { 'ai-toolkit': { arch: 'flux9000', process: { train } } },
    };
    const { cause, type } = await failure(studio, { plan: { preset, steps: 20 } });
    // A base model that is none of Stable Diffusion 1.5 fails already while it loads.
    if (['sd1', 'sandbox'].includes(model.arch)) {
      assert.match(cause, /does not know the architecture flux9000/);
      assert.equal(type, 'training-hopeless');
    }
    assert.deepEqual([...studio.published.keys()], []);
  });

  it('a disk that fills up: the failure says so, and what was saved before it is sound', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return this.skip(); // To mount a small disk.
    const studio = await root.sibling('disk');
    const disk = join(studio.folder, 'attempt-1');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk]);
    try {
      const { type, cause } = await failure(studio, {
        plan: { steps: 300 },
        onCheckpoint: async ({ step }) => {
          if (step === 5) await fill(join(disk, 'ballast'));
        },
      });
      assert.equal(type, 'disk-full', cause);
      assert.ok(studio.published.has(5));
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  });
});

/** To the last byte. */
async function fill(path: string): Promise<void> {
  for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 2)) {
    const block = Buffer.alloc(size);
    for (;;) {
      try {
        await writeFile(path, block, { flag: 'a' });
      } catch {
        break;
      }
    }
  }
}
