import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { hashesIn, jobConfig, readCheckpoint, runJob, writeJob, type JobOptions } from './job.js';
import { drawPictures } from './pictures.js';

/** Section 3 of the observed facts. */
const observedBar =
  /^(.+?):\s+(\d+)%\|[^|]*\|\s*(\d+)\/(\d+) \[([\d:]+)<([\d:]+|\?),\s+([\d.]+|\?)(it\/s|s\/it)(?:, lr: (\S+)((?: \S+: \S+)*))?\]$/;

describe("the sandbox trainer keeps ai-toolkit's run contract, in what only it can show quickly", () => {
  let root: string;
  let datasetFolder: string;
  let trained: string;
  let bars: string;
  let jobs = 0;

  const newFolder = async () => {
    const folder = join(root, `job-${++jobs}`);
    await mkdir(folder);
    return folder;
  };
  const run = async (options: Partial<JobOptions> & { folder: string }) =>
    runJob(await writeJob({ datasetFolder, ...options }));
  /** A run folder as after a kill: these files of the 40-step run, `newest` written last. */
  const restored = async (newest: number, ...others: number[]) => {
    const folder = await newFolder();
    await mkdir(join(folder, 'base'));
    for (const step of [...others, newest]) {
      const name = `base_${String(step).padStart(9, '0')}.safetensors`;
      await copyFile(join(trained, name), join(folder, 'base', name));
      await delay(15); // Change times are only as fine as the kernel's tick.
    }
    return folder;
  };

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'azit-trainer-'));
    datasetFolder = join(root, 'dataset');
    await drawPictures(datasetFolder);
    const folder = await newFolder();
    const done = await run({ folder });
    assert.equal(done.code, 0, done.words);
    trained = join(folder, 'base');
    ({ bars } = done);
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('steps 40, save every 10: the last step has no number, and step 0 is not saved', async () => {
    assert.deepEqual((await readdir(trained)).sort(), [
      'base.safetensors',
      'base_000000010.safetensors',
      'base_000000020.safetensors',
      'base_000000030.safetensors',
      'config.yaml',
      'optimizer.pt',
    ]);
    assert.equal((await readCheckpoint(join(trained, 'base.safetensors'))).step, 40);
    assert.equal((await stat(join(trained, 'base.safetensors'))).mode & 0o777, 0o600);
    assert.ok((await readdir(datasetFolder)).includes('.aitk_size.json'));
  });

  it('metadata holds only texts, passes meta through, and the model hash is the sha256 of the data', async () => {
    const { metadata, data } = await readCheckpoint(join(trained, 'base_000000020.safetensors'));
    assert.equal(metadata.sshs_model_hash, data);
    assert.equal(metadata.name, 'base');
    assert.equal(metadata.run_id, 'run-abc');
    assert.equal(metadata.ss_output_name, 'base');
    assert.equal(JSON.parse(metadata.training_info).step, 20);
    assert.ok(Object.values(metadata).every((value) => typeof value === 'string'));
    // A file that the sandbox wrote does not say that ai-toolkit wrote it.
    assert.equal((JSON.parse(metadata.software) as { name: string }).name, 'azit-sandbox');
  });

  it('steps 41: the numbered last one and the un-numbered one hold the same tensors', async () => {
    const folder = await newFolder();
    await run({ folder, steps: 41 });
    const numbered = await readCheckpoint(join(folder, 'base', 'base_000000040.safetensors'));
    const last = await readCheckpoint(join(folder, 'base', 'base.safetensors'));
    assert.deepEqual([numbered.step, last.step], [40, 41]);
    assert.equal(numbered.data, last.data);
  });

  it("every repaint is one of tqdm's, with a loss from the first step on", () => {
    const segments = bars.split(/[\r\n]+/).filter((segment) => segment !== '');
    for (const segment of segments) assert.match(segment, observedBar);
    assert.match(segments[0], /^base: {3}0%\|.{10}\| 0\/40 \[00:00<\?, \?it\/s\]$/);
    assert.match(segments[1], / 0\/40 .*, lr: 1\.0e-03 loss: \d\.\d{3}e-\d\d\]$/);
    assert.match(segments.at(-1) ?? '', /^base: 100%\|██████████\| 40\/40 /);
  });

  it('resumes exactly where the optimizer says that the saved step was made', async () => {
    const folder = await newFolder();
    await run({ folder, steps: 21 });
    await rm(join(folder, 'base', 'base.safetensors'));
    const { code, words: said } = await run({ folder });
    assert.equal(code, 0);
    assert.match(said, /#### IMPORTANT RESUMING FROM .*base_000000020\.safetensors ####/);
    assert.match(said, /Found step 20 in metadata, starting from there/);
    assert.deepEqual(await hashesIn(join(folder, 'base')), await hashesIn(trained));
  });

  it('takes any entry that begins with its name: a sidecar ends the job', async () => {
    const folder = await restored(20);
    await delay(15);
    await writeFile(join(folder, 'base', 'base_000000020.safetensors.sha256'), 'abc');
    const { code, words: said } = await run({ folder });
    assert.equal(code, 1);
    assert.match(said, /^Error running job: pop from empty list$/m);
  });

  it('passes over a left-over temporary file', async () => {
    const folder = await restored(20);
    await writeFile(join(folder, 'base', '.tmpabc123'), 'half');
    assert.match((await run({ folder })).words, /Found step 20 in metadata/);
  });

  it('begins at zero without a word where _LoRA stands in the path, or a glob character in the name', async () => {
    const folder = join(await newFolder(), 'my_LoRA_runs');
    await run({ folder, steps: 11 });
    assert.doesNotMatch((await run({ folder, steps: 11 })).words, /RESUMING/);
    const other = await newFolder();
    await run({ folder: other, name: 'a[b]', steps: 11 });
    assert.doesNotMatch((await run({ folder: other, name: 'a[b]', steps: 11 })).words, /RESUMING/);
  });

  for (const [bytes, message] of [
    [1000, 'incomplete metadata, file not fully covered|invalid header length'],
    [0, 'header too small'],
  ] as const) {
    it(`newest checkpoint cut to ${bytes} bytes: exit 1, and the older one is not tried`, async () => {
      const folder = await restored(20, 10);
      await truncate(join(folder, 'base', 'base_000000020.safetensors'), bytes);
      const { code, words: said } = await run({ folder });
      assert.equal(code, 1);
      assert.match(said, new RegExp(`Error running job: Error while deserializing header: (${message})`));
      assert.match(said, /Result:/);
    });
  }

  it('keeps only the newest numbered saves', async () => {
    const folder = await newFolder();
    const { words: said } = await run({ folder, keep: 2 });
    assert.match(said, /Removing old save: .*base_000000010\.safetensors/);
    const left = (await readdir(join(folder, 'base'))).filter((name) => name.endsWith('.safetensors'));
    assert.deepEqual(left.sort(), ['base.safetensors', 'base_000000020.safetensors', 'base_000000030.safetensors']);
  });

  it('a finished job started again writes the same tensors and exits 0', async () => {
    const folder = await newFolder();
    await run({ folder, steps: 11 });
    const before = await readCheckpoint(join(folder, 'base', 'base.safetensors'));
    const { code, bars: painted } = await run({ folder, steps: 11 });
    assert.equal(code, 0);
    assert.match(painted, /11\/11 \[00:00<\?, \?it\/s\]/);
    assert.equal((await readCheckpoint(join(folder, 'base', 'base.safetensors'))).data, before.data);
  });

  it('trains without missing captions, silently, and differently', async () => {
    const folder = await newFolder();
    const dataset = join(folder, 'dataset');
    await drawPictures(dataset);
    await rm(join(dataset, 'img0.txt'));
    assert.equal((await run({ folder, datasetFolder: dataset })).code, 0);
    assert.notDeepEqual(await hashesIn(join(folder, 'base')), await hashesIn(trained));
  });

  it('ignores misspelt keys without a word', async () => {
    const folder = await newFolder();
    const train = { batch_size: 1, steps: 40, lr: 0.001, lerning_rate: 7 };
    const { code, words: said } = await run({ folder, process: { train, networkk: { linear: 8 } } });
    assert.equal(code, 0);
    assert.doesNotMatch(said, /unknown|ignored/i);
    assert.deepEqual(await hashesIn(join(folder, 'base')), await hashesIn(trained));
  });

  it('gives the same bytes from YAML as from JSON', async () => {
    const folder = await newFolder();
    const path = join(folder, 'job.yaml');
    await writeFile(path, stringify(jobConfig({ folder, datasetFolder })));
    assert.equal((await runJob(path)).code, 0);
    assert.deepEqual(await hashesIn(join(folder, 'base')), await hashesIn(trained));
  });

  it('a loss that is no number: says so, shows zero, writes its files and exits 0', async () => {
    const folder = await newFolder();
    const { code, words: said, bars: painted } = await run({ folder, learningRate: 1e30, steps: 11 });
    assert.equal(code, 0);
    assert.match(said, /^loss is nan$/m);
    assert.match(painted, /loss: 0\.000e\+00/);
    assert.ok((await readdir(join(folder, 'base'))).includes('base_000000010.safetensors'));
  });

  it('gives bad input exit code 1 and names it', async () => {
    const folder = await newFolder();
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const cases: [Partial<JobOptions>, RegExp][] = [
      [{ datasetFolder: 'NOPE' }, /Error running job: \[Errno 2\] No such file or directory: 'NOPE'/],
      [{ datasetFolder: empty }, /Error running job: no images found in /],
      [{ process: { type: 'sd_traner' } }, /config file is invalid\. Unknown process type: sd_traner/],
      [{ process: { model: { name_or_path: '/no/model' } } }, /"\/no\/model" is neither a valid local path/],
      [{ process: { trigger_word: '${AZIT_NOPE}' } }, /Environment variable AZIT_NOPE not set/],
    ];
    for (const [options, message] of cases) {
      const { code, words: said, bars: painted } = await run({ folder, ...options });
      assert.equal(code, 1);
      assert.match(said, message);
      assert.match(painted, /Traceback/);
    }
    assert.equal((await runJob(join(folder, 'absent.json'))).code, 1);
  });
});
