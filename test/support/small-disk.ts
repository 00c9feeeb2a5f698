import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const largeBytes = 1024 * 1024;

/** Takes what is free on the disk of `folder`, all but `leaveBytes` (whole pages). Another call takes what came free. */
export function fillDisk(folder: string, leaveBytes = 0): void {
  const free = () => {
    const { bavail, bsize } = statfsSync(folder);
    return { bytes: bavail * bsize, page: bsize };
  };
  for (let { bytes, page } = free(); bytes - leaveBytes >= page; { bytes, page } = free()) {
    const size = bytes - leaveBytes > largeBytes ? largeBytes : page;
    appendFileSync(join(folder, 'ballast'), Buffer.alloc(size, 1));
  }
}

/** A disk of a test's own (a tmpfs), which it may fill up. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** @returns null, and says why, where this user may mount none. */
  static mount(folder: string, megabytes: number): SmallDisk | null {
    mkdirSync(folder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
      return new SmallDisk(folder);
    } catch (error) {
      console.log(`      no small disk can be mounted here: ${String((error as { stderr?: unknown }).stderr).trim()}`);
      return null;
    }
  }

  fill(leaveBytes = 0): void {
    fillDisk(this.folder, leaveBytes);
  }

  /** Somebody has made room. */
  empty(): void {
    rmSync(join(this.folder, 'ballast'), { force: true });
  }

  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.folder]);
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]);
  }
}
