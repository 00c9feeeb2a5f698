import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint, writeJob } from './job.js';
import { drawPictures } from './pictures.js';
import { nodeWords } from '../../support/program.js';

const runner = fileURLToPath(new URL('./run.ts', import.meta.url));

/** Starts the trainer as a child and waits until it has printed `until`. */
async function startUntil(configPath: string, until: RegExp) {
  const child = spawn(process.execPath, [...nodeWords(runner), configPath], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let words = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      words += chunk.toString();
      if (until.test(words)) resolve();
    });
    child.stderr.resume();
    exited.then(() => reject(new Error(`It ended before it said ${until}: ${words}`)), reject);
  });
  return { child, exited, words: () => words };
}

describe('the sandbox trainer dies as ai-toolkit does', () => {
  let root: string;
  let datasetFolder: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'azit-signals-'));
    datasetFolder = join(root, 'dataset');
    await drawPictures(datasetFolder);
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('SIGKILL while it saves: what has its final name is whole', async () => {
    const { child, exited } = await startUntil(
      await writeJob({ folder: join(root, 'kill'), datasetFolder, steps: 100_000, saveEvery: 1 }),
      /Saving at step 40/,
    );
    child.kill('SIGKILL');
    assert.deepEqual(await exited, [null, 'SIGKILL']);
    const names = (await readdir(join(root, 'kill', 'base'))).filter((name) => name.startsWith('base_'));
    assert.ok(names.length >= 39);
    for (const name of names) {
      const { metadata, data } = await readCheckpoint(join(root, 'kill', 'base', name));
      assert.equal(metadata.sshs_model_hash, data, name);
    }
  });
});
