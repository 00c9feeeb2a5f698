import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readBar } from '../../../src/aitoolkit/progress-bar.js';
import { readSafetensorsHeader } from '../../../src/artifacts/safetensors.js';
import { drawPictures } from '../../sandbox/trainer/pictures.js';
import { readCheckpoint, runJob, saved, startJob, writeJob, type Ended, type JobOptions } from './job.js';
import { jobLimitMs } from './trainer.js';

describe('a job of the trainer: files, words, exit codes, resume choice', function () {
  this.timeout(2 * jobLimitMs);
  let root: string;
  let datasetFolder: string;
  let runFolder: string;
  let full: Ended;
  let jobs = 0;

  const newFolder = async () => {
    const folder = join(root, `job-${++jobs}`);
    await mkdir(folder);
    return folder;
  };
  const run = async (options: Partial<JobOptions> & { folder: string }) =>
    runJob(await writeJob({ datasetFolder, ...options }));
  /** A run folder as after a kill, with steps 5 and 10; 10 written last, later than a tick of the kernel's clock. */
  const killed = async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'base'));
    for (const name of ['optimizer.pt', saved(5), saved(10)]) {
      await copyFile(join(runFolder, name), join(folder, 'base', name));
      await delay(15);
    }
    return folder;
  };

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'azit-job-contract-'));
    datasetFolder = join(root, 'dataset');
    await drawPictures(datasetFolder);
    const folder = await newFolder();
    runFolder = join(folder, 'base');
    full = await run({ folder });
    assert.equal(full.code, 0, full.words);
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('steps 20, save every 5: the last step has no number, step 0 is not saved, nothing else is left', async () => {
    assert.deepEqual((await readdir(runFolder)).sort(), [
      'base.safetensors',
      saved(5),
      saved(10),
      saved(15),
      'config.yaml',
      'optimizer.pt',
    ]);
    const last = await readCheckpoint(join(runFolder, 'base.safetensors'));
    assert.equal(last.step, 20);
    assert.equal(last.metadata.sshs_model_hash, last.data);
    assert.equal(last.metadata.run_id, 'run-abc');
    assert.equal(last.metadata.ss_output_name, 'base');
    assert.ok(Object.values(last.metadata).every((value) => typeof value === 'string'));
    assert.ok((await readdir(datasetFolder)).includes('.aitk_size.json'));
  });

  it('says what it does, in the order of the writes, and how many matrices a file has', async () => {
    const { tensors } = await readSafetensorsHeader(join(runFolder, saved(5)));
    const matrices = tensors.filter(({ name }) => !name.endsWith('.alpha'));
    const said = full.words.split('\n').filter((line) => /^(Running {2}1|Dataset:|Saving|Saved)|Found \d/.test(line));
    assert.deepEqual(said.slice(0, 6), [
      'Running  1 process',
      `Dataset: ${datasetFolder}`,
      '  -  Found 2 images',
      'Saving at step 5',
      `Saved checkpoint to ${join(runFolder, saved(5))}`,
      `Saved optimizer to ${join(runFolder, 'optimizer.pt')}`,
    ]);
    assert.doesNotMatch(full.words, /Result:/);
    const modules = [...full.words.matchAll(/^create LoRA for (?:U-Net|Text Encoder): (\d+) modules\.$/gm)];
    assert.equal(
      matrices.length,
      modules.reduce((sum, [, count]) => sum + 2 * Number(count), 0),
    );
  });

  it("paints the job's bar at each step, each with a loss", () => {
    const readings = full.bars.split(/[\r\n]+/).flatMap((segment) => readBar('base', segment) ?? []);
    assert.deepEqual([readings[0].done, readings[0].loss], [0, null]);
    assert.ok(readings.slice(1).every(({ loss, total }) => loss !== null && total === 20));
    assert.equal(readings.at(-1)?.done, 20);
    assert.ok(new Set(readings.map(({ lossText }) => lossText)).size > 10);
  });

  it('takes the newest by change time and not by step: a chmod on the older file decides', async () => {
    const folder = await killed();
    await chmod(join(folder, 'base', saved(5)), 0o640);
    const { code, words } = await run({ folder });
    assert.equal(code, 0);
    assert.match(words, /^#### IMPORTANT RESUMING FROM .*base_000000005\.safetensors ####$/m);
    assert.match(words, /^Found step 5 in metadata, starting from there$/m);
    assert.match(words, /^Loading optimizer state from .*optimizer\.pt$/m);
  });

  it('the newest checkpoint is cut: exit 1 with the reason, and the older one is not tried', async () => {
    const folder = await killed();
    const { size } = await stat(join(folder, 'base', saved(10)));
    await truncate(join(folder, 'base', saved(10)), size - 100);
    const { code, words } = await run({ folder });
    assert.equal(code, 1);
    assert.match(words, /^Error running job: Error while deserializing header: incomplete metadata/m);
    assert.match(words, /^Result:$/m);
  });

  it('the optimizer state is cut: goes on with a fresh one, says so, and exits 0', async () => {
    const folder = await killed();
    await truncate(join(folder, 'base', 'optimizer.pt'), 1000);
    const { code, words } = await run({ folder });
    assert.equal(code, 0);
    assert.match(words, /^Failed to load optimizer state from .*optimizer\.pt$/m);
  });

  it('an image cut short: left out with a word, and exit 0', async () => {
    const folder = await newFolder();
    const dataset = join(folder, 'dataset');
    const [{ imagePath }] = await drawPictures(dataset);
    await truncate(imagePath, 2000);
    const { code, words } = await run({ folder, datasetFolder: dataset, steps: 6 });
    assert.equal(code, 0);
    assert.match(words, /^Error processing image: .*img0\.png$/m);
    assert.match(words, /^ {2}- {2}Found 1 images$/m);
  });

  for (const [title, options, message] of [
    ['no dataset', { datasetFolder: 'NOPE' }, /^Error running job: \[Errno 2\] No such file or directory: 'NOPE'$/m],
    ['an unknown process type', { process: { type: 'sd_traner' } }, /Unknown process type: sd_traner/],
    ['no base model', { model: { name_or_path: '/no/model' } }, /"\/no\/model" is neither a valid local path/],
    [
      'a variable that is not set',
      { process: { trigger_word: '${AZIT_NOPE}' } },
      /Environment variable AZIT_NOPE not set/,
    ],
  ] as [string, Partial<JobOptions>, RegExp][]) {
    it(`${title}: exit 1, and names it`, async () => {
      const { code, words } = await run({ folder: await newFolder(), ...options });
      assert.equal(code, 1);
      assert.match(words, message);
    });
  }

  it('SIGINT: says "Job stopped", saves nothing more, and exits 0', async () => {
    const folder = await newFolder();
    const job = startJob(await writeJob({ folder, datasetFolder, steps: 100_000, saveEvery: 50_000 }));
    await job.until(/ [3-9]\/100000 /);
    job.kill('SIGINT');
    const { code, signal, words } = await job.ended;
    assert.deepEqual([code, signal], [0, null]);
    assert.match(words, /^Job stopped$/m);
    assert.ok(!(await readdir(join(folder, 'base'))).some((name) => name.endsWith('.safetensors')));
  });

  it('SIGTERM: dies at once, by the signal', async () => {
    const folder = await newFolder();
    const job = startJob(await writeJob({ folder, datasetFolder, steps: 100_000, saveEvery: 50_000 }));
    await job.until(/Found 2 images/);
    job.kill('SIGTERM');
    const { code, signal } = await job.ended;
    assert.deepEqual([code, signal], [null, 'SIGTERM']);
  });
});
