import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { replaceFileSync } from '../files/atomic.js';
import { fileLimits } from '../files/limits.js';
import { readRegularSync } from '../files/regular-file.js';
import { listProcesses, processIdentityNow, signalIfThere } from '../machine/processes.js';
import { fault, type Fault } from './errors.js';

/** A process in an uninterruptible wait (network disk, GPU driver) may outlive SIGKILL for a while. */
const deathLimitMs = 15_000;
const lookEveryMs = 50;

interface Living {
  host: string;
  pid: number;
  /** Tells it from a process that got its number later. */
  identity: string | null;
}

/** Who trains this run: the trainer, for which attempt, and the worker that watches it. */
interface TrainerLock extends Living {
  /** The higher one owns the run. */
  generation: number;
  attempt: string;
  worker: Living;
  /** ISO 8601; for people only. */
  startedAt: string;
}

/** Beside the attempts' folders: one run, one lock. */
const lockPath = (workDir: string): string => join(dirname(workDir), 'trainer.lock');

/** Synchronous, right after the spawn: a worker killed between the two would leave a trainer that the lock misses. */
export function writeLock(workDir: string, pid: number, generation: number): void {
  const path = lockPath(workDir);
  const lock: TrainerLock = {
    ...living(pid),
    generation,
    attempt: basename(workDir),
    worker: living(process.pid),
    startedAt: new Date().toISOString(),
  };
  replaceFileSync(path, JSON.stringify(lock, null, 2));
}

/**
 * A newer attempt's lock stays, and that of a trainer that can't be ended. One of a dead trainer hinders nobody: where it
 * can't be removed (the disk was made read-only), why the training ended is what counts.
 */
export function removeLock(workDir: string, pid: number): void {
  const lock = readLock(workDir);
  if (lock?.pid !== pid || lock.host !== hostname() || lives(lock)) return;
  try {
    rmSync(lockPath(workDir), { force: true });
  } catch {
    // It stays.
  }
}

/**
 * Ends what attempts before this one have left on this machine, be their worker dead or only slow: the newest attempt
 * owns the run. None is adopted: what it says went to a pipe whose reader is dead, and without its words nobody knows
 * which of its files are whole, so at most one save interval is trained again instead. Found by the lock, and by their
 * command lines, which name a config below this run's folder (PreparedAttempt.command). A trainer of another machine is
 * left to its own worker, which ends it when it learns that its attempt is over.
 * @returns a fault where one can't be ended, or where a newer attempt trains already.
 */
export async function endOrphans(workDir: string, generation: number): Promise<Fault | null> {
  const lock = readLock(workDir);
  if (lock && lives(lock)) {
    if (lock.generation > generation) {
      return fault('fenced', `A newer attempt (${lock.attempt}, process ${lock.pid}) is already training this run.`);
    }
    end(lock.pid);
  }
  for (const pid of await trainersUnder(workDir)) end(pid);
  const deadline = performance.now() + deathLimitMs;
  for (;;) {
    const left = [...(await trainersUnder(workDir)), ...(lock && lives(lock) ? [lock.pid] : [])];
    if (left.length === 0) return null;
    if (performance.now() > deadline) {
      return fault('training-failed', `The trainer of an earlier attempt (process ${left[0]}) can't be killed.`);
    }
    await delay(lookEveryMs);
  }
}

/** The group, and the process itself where it leads none: a helper of a trainer that is dead. */
function end(pid: number): void {
  for (const target of [-pid, pid]) signalIfThere(target, 'SIGKILL');
}

async function trainersUnder(workDir: string): Promise<number[]> {
  const runFolder = dirname(workDir);
  const mark = new RegExp(`(^| )${escaped(runFolder)}/[^/ ]+/config\\.\\w+( |$)`);
  const found = (await listProcesses()).filter(({ pid, command }) => pid !== process.pid && mark.test(command));
  return found.map(({ pid }) => pid);
}

const living = (pid: number): Living => ({ host: hostname(), pid, identity: processIdentityNow(pid) });

const lives = ({ host, pid, identity }: Living): boolean =>
  host === hostname() && identity !== null && processIdentityNow(pid) === identity;

function readLock(workDir: string): TrainerLock | null {
  try {
    const lock = JSON.parse(
      readRegularSync(lockPath(workDir), { maxBytes: fileLimits.state }).toString(),
    ) as TrainerLock;
    return Number.isSafeInteger(lock.pid) && lock.pid > 1 ? lock : null;
  } catch {
    return null;
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
