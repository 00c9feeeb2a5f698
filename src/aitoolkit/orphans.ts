import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fault, type Fault } from './errors.js';
import { killGroup } from './launch.js';

/** A process in an uninterruptible wait (network disk, GPU driver) may outlive SIGKILL for a while. */
const deathLimitMs = 15_000;
const lookEveryMs = 50;

/** Who trains this run on this machine. */
interface TrainerLock {
  pid: number;
  /** An argument of the trainer's command line that no other process has: tells it from one that got its number later. */
  configPath: string;
  attempt: string;
  startedAt: string;
}

/** Beside the attempts' folders: one run, one lock. */
const lockPath = (workDir: string): string => join(dirname(workDir), 'trainer.lock');

/** Synchronous, right after the spawn: a worker killed between the two would leave a trainer that nobody knows. */
export function writeLock(workDir: string, pid: number, configPath: string): void {
  const path = lockPath(workDir);
  const lock: TrainerLock = { pid, configPath, attempt: workDir, startedAt: new Date().toISOString() };
  writeFileSync(`${path}.${process.pid}.part`, JSON.stringify(lock, null, 2));
  renameSync(`${path}.${process.pid}.part`, path);
}

/** A newer attempt's lock stays. */
export function removeLock(workDir: string, pid: number): void {
  if (readLock(workDir)?.pid === pid) rmSync(lockPath(workDir), { force: true });
}

/**
 * Ends the trainer that an attempt before this one has left, be its worker dead or only slow: the newest attempt owns
 * the run. @returns a fault where it can't be ended.
 */
export async function endOrphan(workDir: string): Promise<Fault | null> {
  const lock = readLock(workDir);
  if (!lock || !isTrainer(lock)) return null;
  killGroup(lock.pid, 'SIGKILL');
  const deadline = performance.now() + deathLimitMs;
  while (isTrainer(lock)) {
    if (performance.now() > deadline) {
      return fault('training-failed', `The trainer of an earlier attempt (process ${lock.pid}) can't be ended.`);
    }
    await delay(lookEveryMs);
  }
  return null;
}

function readLock(workDir: string): TrainerLock | null {
  try {
    const lock = JSON.parse(readFileSync(lockPath(workDir), 'utf8')) as TrainerLock;
    return Number.isSafeInteger(lock.pid) && lock.pid > 1 && typeof lock.configPath === 'string' ? lock : null;
  } catch {
    return null;
  }
}

const isTrainer = ({ pid, configPath }: TrainerLock): boolean => commandLine(pid).includes(configPath);

/** Empty for a process that is gone, or dead and not yet collected. */
function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
