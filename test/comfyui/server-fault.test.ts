import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newJob, startRig, type Rig } from './rig.js';

const kibibyte = Buffer.alloc(1024, 'x');

/** Needs the right to mount: a disk that is full can't be imitated. */
describe('comfyui whose disk is full or read-only', () => {
  let rig: Rig;
  const disks = (): string[] => ['output', 'input'].map((name) => join(rig.folder, name));
  before(async function () {
    rig = await startRig(20, { unreachableMs: 1000 });
    for (const disk of disks()) {
      await mkdir(disk, { recursive: true });
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' });
      } catch {
        this.skip();
      }
    }
  });
  after(async () => {
    for (const disk of disks())
      try {
        execFileSync('umount', [disk], { stdio: 'ignore' });
      } catch {
        // It was never mounted.
      }
    await rig.close();
  });

  /** @returns what makes room again */
  function fill(disk: string): () => Promise<void> {
    const filler = join(disk, 'filler');
    try {
      for (;;) appendFileSync(filler, kibibyte);
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
    return () => rm(filler);
  }

  it('says so, and gives the same image once there is room', async () => {
    const job = newJob();
    const undisturbed = await rig.client.render(newJob({ seed: job.graph['6'].inputs.seed as number }));
    await rig.client.free();
    const makeRoom = fill(disks()[0]);
    await assert.rejects(rig.client.render(job), {
      kind: 'disk-full',
      type: 'disk-full',
      message: /^The disk of ComfyUI at \S+ is full: free disk space there\. \(\[Errno 28\]/,
    });
    await makeRoom();
    assert.equal((await rig.client.render(job)).sha256, undisturbed.sha256);
  });

  it('tells a full disk from a broken server when an upload fails, and uploads whole once there is room', async () => {
    const bytes = (await rig.client.render(newJob({ size: { width: 512, height: 512 } }))).bytes;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const makeRoom = fill(disks()[1]);
    await assert.rejects(rig.client.uploadImage(bytes, sha256), {
      kind: 'disk-full',
      message: /free disk space there\.$/,
    });
    await makeRoom();
    const name = await rig.client.uploadImage(bytes, sha256);
    assert.deepEqual(await readFile(join(disks()[1], name)), bytes);
  });

  it('says that it may not write, and gives the same image once it may', async () => {
    const remount = (how: 'ro' | 'rw'): unknown =>
      disks().map((disk) => execFileSync('mount', ['-o', `remount,${how}`, disk], { stdio: 'ignore' }));
    const job = newJob();
    const { bytes, sha256 } = await rig.client.render(newJob({ seed: job.graph['6'].inputs.seed as number }));
    await rig.client.free();
    const fault = {
      kind: 'disk-fault',
      type: 'unavailable',
      message: /(input|output) folder writable\. \(\[Errno 30\] Read-only file system/,
    };
    remount('ro');
    try {
      await assert.rejects(rig.client.render(job), fault);
      await assert.rejects(rig.client.uploadImage(bytes, sha256), fault);
    } finally {
      remount('rw');
    }
    assert.equal((await rig.client.render(job)).sha256, sha256);
  });
});
