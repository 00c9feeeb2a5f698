import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptimizer } from '../../../src/aitoolkit/optimizer.js';
import { openSideChannel, type SideChannel } from '../../../src/aitoolkit/side-channel.js';
import { drawPictures } from '../../sandbox/trainer/pictures.js';
import { readCheckpoint, saved, startJob, writeJob } from './job.js';
import { jobLimitMs } from './trainer.js';

describe('the side channel of a trainer', function () {
  this.timeout(jobLimitMs);
  let root: string;
  let datasetFolder: string;
  let channel: SideChannel;
  let jobs = 0;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'azit-channel-'));
    datasetFolder = join(root, 'dataset');
    await drawPictures(datasetFolder);
  });
  after(() => rm(root, { recursive: true, force: true }));
  beforeEach(async function () {
    const opened = await openSideChannel();
    if (!opened) return this.skip();
    channel = opened;
  });
  afterEach(() => channel.close());

  const start = async (steps: number) => {
    const folder = join(root, `job-${++jobs}`);
    const config = await writeJob({ folder, datasetFolder, steps, saveEvery: 1_000, process: channel.process });
    return { job: startJob(config, channel.env), runFolder: join(folder, 'base') };
  };

  it('a run to its end: its step and its last state stand in the row', async () => {
    const { job } = await start(5);
    assert.equal((await job.ended).code, 0);
    assert.deepEqual(channel.read(), { status: 'completed', info: 'Training completed', step: 5 });
  });

  it('save now, then stop: nothing is lost, and the file has the number of the updates that were made', async () => {
    const { job, runFolder } = await start(100_000);
    await job.until(/ [3-9]\/100000 /);
    assert.equal(channel.read()?.status, 'running');
    await channel.saveNow();
    await job.until(/Saved optimizer to/);
    await channel.stop();
    const { code, words } = await job.ended;
    assert.equal(code, 1);
    assert.match(words, /^Error running job: Job stopped$/m);
    const [name, ...others] = (await readdir(runFolder)).filter((entry) => entry.endsWith('.safetensors'));
    assert.deepEqual(others, []);
    const { step } = await readCheckpoint(join(runFolder, name));
    assert.equal(name, saved(step));
    assert.equal((await readOptimizer(join(runFolder, 'optimizer.pt')))?.updates, step);
    assert.deepEqual(channel.read(), { status: 'stopped', info: 'Job stopped', step });
  });

  it('stop alone: ends at the next step without a save, whatever is asked for beside it', async () => {
    const { job, runFolder } = await start(100_000);
    await job.until(/ [3-9]\/100000 /);
    await Promise.all([channel.stop(), channel.saveNow()]);
    const { code } = await job.ended;
    assert.equal(code, 1);
    assert.ok(!(await readdir(runFolder)).some((entry) => entry.endsWith('.safetensors')));
    assert.deepEqual(channel.read(), { status: 'stopped', info: 'Job stopped', step: 0 });
  });
});
