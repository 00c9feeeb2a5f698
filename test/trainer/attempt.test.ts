import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeLock } from '../../src/trainer/orphans.js';
import type { SoundCheckpoint } from '../../src/trainer/index.js';
import { SmallDisk } from '../support/small-disk.js';
import { isAlive, patientCommand, Studio } from './studio.js';
import { nodeWords } from '../support/program.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Fails by mocha's timeout where it never comes. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}

/** A process that lives until somebody ends it. */
async function lingering(...args: string[]) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)', ...args], { detached: true });
  await once(child, 'spawn');
  return child;
}

describe('one attempt at training', () => {
  let root: Studio;
  before(async () => {
    root = await Studio.open();
  });
  after(() => root.close());

  it('delivers sound copies in the order of steps, and leaves none of its own behind', async () => {
    const studio = await root.sibling('full');
    const seen: SoundCheckpoint[] = [];
    const outcome = await studio.attempt({
      // Looks like an environment variable, which ai-toolkit would replace.
      plan: { meta: { note: '${HOME} ${AZIT_NOPE}' } },
      onCheckpoint: async (checkpoint) => void seen.push(checkpoint),
    });
    assert.equal(outcome.kind, 'completed');
    assert.deepEqual(
      seen.map(({ step }) => step),
      [15, 30, 45],
    );
    assert.ok(seen.every(({ checkpointPath, tensors }) => checkpointPath.includes('/taken/') && tensors > 0));
    assert.deepEqual(await readdir(join(studio.folder, 'attempt-1', 'taken')), []);
    assert.ok(!(await readdir(studio.folder)).includes('trainer.lock'));

    // Only real advance is reported: steps rise, end at the last, and have a loss.
    const training = studio.progress.filter(({ phase }) => phase === 'training');
    const steps = training.map(({ step }) => step);
    assert.deepEqual(
      steps,
      [...new Set(steps)].sort((a, b) => a - b),
    );
    assert.equal(steps.at(-1), 45);
    assert.ok(training.every(({ loss }) => loss !== null && loss > 0));
    const phases = [...new Set(studio.progress.map(({ phase }) => phase))].sort();
    assert.deepEqual(phases, ['loading', 'preparing dataset', 'saving', 'training']);
  });

  it('trains where the work folder is full of traps: _LoRA, _cn and glob characters in its path', async () => {
    const studio = await root.sibling('my_LoRA_runs [x]_cn');
    await studio.attempt({ plan: { steps: 15 } });
    assert.equal((await studio.attempt()).kind, 'completed');
    assert.deepEqual([...studio.published.keys()], [15, 30, 45]);
    const start = studio.progress.filter(({ step }) => step > 15);
    assert.ok(start.length > 0);
  });

  it('starts no trainer where all is published, nor to resume from a pair that is damaged or mixed', async () => {
    const studio = await root.sibling('nothing');
    await studio.attempt({ plan: { steps: 30 }, command: patientCommand(studio.keeps) });
    const command = ['/no/python'];
    assert.deepEqual(await studio.attempt({ plan: { steps: 30 }, command }), { kind: 'completed', seconds: 0 });
    const [file] = studio.newestPoint()?.state.files ?? [];
    assert.ok(file);
    const state = await readFile(file.path);
    const other = await readFile(studio.published.get(15)!.optimizerPath!);
    for (const [bytes, cause] of [
      [state.subarray(0, -1), /Can't resume from checkpoint 30: its optimizer state is incomplete\.$/],
      [other, /its optimizer state has made 16 updates, not 31: it is from another save\.$/],
    ] as const) {
      await writeFile(file.path, bytes);
      const outcome = await studio.attempt({ command });
      assert.equal(outcome.kind, 'failed');
      assert.equal(outcome.type, 'artifact-damaged');
      assert.match(outcome.cause, cause);
    }
  });

  it('aborted: rejects with the reason, and the child is dead by then', async () => {
    const studio = await root.sibling('abort');
    const abort = new AbortController();
    const reason = new Error('the person pressed Ctrl-C');
    let pid = 0;
    const attempt = studio.attempt({
      plan: { steps: 100_000 },
      signal: abort.signal,
      onProgress: ({ phase }) => {
        if (phase !== 'training' || pid) return;
        pid = studio.lockedPid();
        abort.abort(reason);
      },
    });
    await assert.rejects(attempt, reason);
    assert.ok(pid > 0);
    assert.ok(!isAlive(pid));
  });

  it('a publication that fails ends the training with its error', async () => {
    const studio = await root.sibling('fenced');
    const error = new Error('another attempt owns this');
    let pid = 0;
    const attempt = studio.attempt({
      plan: { steps: 100_000 },
      onCheckpoint: async () => {
        pid = studio.lockedPid();
        throw error;
      },
    });
    await assert.rejects(attempt, error);
    assert.ok(!isAlive(pid));
  });

  it('a slow publication costs no optimizer state', async () => {
    const studio = await root.sibling('slow');
    let others = 0;
    await studio.attempt({
      plan: { steps: 300, saveEvery: 100 },
      // Taken, and not published.
      command: patientCommand(join(studio.folder, 'attempt-1', 'taken', 'step-STEP.optimizer.pt')),
      onCheckpoint: async ({ step }) => {
        if (step === 100) while ((others = studio.progress.at(-1)?.step ?? 0) < 300) await delay(20);
      },
    });
    assert.equal(others, 300);
    assert.deepEqual([...studio.published.keys()], [100, 200, 300]);
    assert.ok([...studio.published.values()].every(({ optimizerPath }) => optimizerPath !== null));
  });

  it('a disk that is made read-only: what it could not write is told, and not what is left on it', async function () {
    const studio = await root.sibling('remounted');
    const disk = SmallDisk.mount(studio.folder, 48);
    if (!disk) return this.skip();
    let isReadOnly = false;
    try {
      const outcome = await studio.attempt({
        plan: { steps: 300, saveEvery: 100 },
        onProgress: ({ step }) => {
          if (step < 15 || isReadOnly) return;
          isReadOnly = true;
          disk.makeReadOnly();
        },
      });
      assert.equal(outcome.kind, 'failed');
      assert.doesNotMatch(outcome.cause, /trainer\.lock/);
      assert.match(outcome.cause, /read-only/i, outcome.cause);
    } finally {
      disk.unmount();
    }
  });

  it('worker killed with SIGKILL: its trainer does not live on', async () => {
    const studio = await root.sibling('worker');
    const worker = spawn(process.execPath, [...nodeWords(here('./worker.ts')), studio.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(worker.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString());
    assert.ok(isAlive(pid));
    worker.kill('SIGKILL');
    await gone(pid);
  });

  it('ends the orphan of an earlier attempt before it starts, by the lock or by its command line alone', async () => {
    for (const known of [true, false]) {
      const studio = await root.sibling(`orphan-${known}`);
      const workDir = join(studio.folder, 'attempt-0');
      const orphan = await lingering(...(known ? [] : [join(workDir, 'config.json')]));
      if (known) writeLock(workDir, orphan.pid ?? 0, 0);
      await studio.attempt({ command: ['/no/python'] });
      const survived = isAlive(orphan.pid ?? 0);
      orphan.kill('SIGKILL');
      assert.ok(!survived, `lock: ${known}`);
    }
  });

  it("leaves alone a process that only has the dead trainer's number", async () => {
    const studio = await root.sibling('innocent');
    const innocent = await lingering();
    writeLock(join(studio.folder, 'attempt-0'), innocent.pid ?? 0, 0);
    const lockPath = join(studio.folder, 'trainer.lock');
    const lock = await readFile(lockPath, 'utf8');
    await writeFile(lockPath, lock.replace(/("identity": "[^"]*:)\d+"/, '$11"'));
    await studio.attempt({ command: ['/no/python'] });
    const survived = isAlive(innocent.pid ?? 0);
    innocent.kill('SIGKILL');
    assert.ok(survived);
  });

  it('does not start beside the trainer of a newer attempt: two workers believe in the same run', async () => {
    const studio = await root.sibling('fenced-start');
    const newer = await lingering();
    writeLock(join(studio.folder, 'attempt-9'), newer.pid ?? 0, 9);
    const outcome = await studio.attempt();
    const survived = isAlive(newer.pid ?? 0);
    newer.kill('SIGKILL');
    assert.ok(survived);
    assert.equal(outcome.kind, 'failed');
    assert.equal(outcome.type, 'fenced');
  });
});
