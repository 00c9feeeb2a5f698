import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileLimits } from '../files/limits.js';
import { isBusy, isPlainTable, openSqlite, type Sqlite } from '../sqlite/open.js';

/** What the trainer has written into its row. */
export interface SideReading {
  /** queued, running, stopped, completed, error. */
  status: string;
  /** What it does, in its own words: "Loading model", "Training", "Saving model". */
  info: string;
  step: number;
}

/**
 * A database of one row between us and one trainer (ai-toolkit's `diffusion_trainer`): it writes what it does, and reads
 * at the end of each step what it is asked to do.
 */
export interface SideChannel {
  /** Keys of `config.process[0]`. */
  readonly process: { type: 'diffusion_trainer'; sqlite_db_path: string };
  readonly env: { AITK_JOB_ID: string };
  /** Null while it can't be read. */
  read(): SideReading | null;
  /**
   * Asks for a checkpoint after the step under way. File N of such a save holds N updates, one less than one saved on
   * schedule. It is written when the trainer says "Saved optimizer to": only then ask it to stop.
   */
  saveNow(): Promise<void>;
  /** Asks it to end after the step under way, without a save: exit code 1, "Job stopped". Wins over `saveNow`. */
  stop(): Promise<void>;
  /** Removes the database. */
  close(): Promise<void>;
}

/** The trainer holds the lock for about a millisecond a step; one that holds it longer is stopped or its disk is. */
const busyLimitMs = 5_000;
const busyPauseMs = 20;

const table = `CREATE TABLE Job (id TEXT PRIMARY KEY, status TEXT, info TEXT, step INTEGER, speed_string TEXT,
  stop INTEGER, return_to_queue INTEGER, save_now INTEGER, sample_now INTEGER)`;

/** @returns null where this platform has no SQLite or no room for it: the trainer then runs without one. */
export async function openSideChannel(): Promise<SideChannel | null> {
  return await createSideChannel().catch(() => null);
}

async function createSideChannel(): Promise<SideChannel | null> {
  // The system's temporary folder and not the work folder, which may be a network disk: SQLite's locks fail there.
  await removeLeft();
  const folder = await mkdtemp(join(tmpdir(), `azit-job-${process.pid}-`));
  const [path, id] = [join(folder, 'job.db'), randomUUID()];
  const remove = () => rm(folder, { recursive: true, force: true });
  const database = await openSqlite(path, { create: true }).catch(() => null);
  if (!database) {
    await remove();
    return null;
  }
  try {
    // A write-ahead log: the trainer's writes and our reads never wait for each other.
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(table);
    database.prepare("INSERT INTO Job VALUES (?, 'queued', '', 0, '', 0, 0, 0, 0)").run(id);
  } catch (error) {
    database.close();
    await remove();
    throw error;
  }
  return {
    process: { type: 'diffusion_trainer', sqlite_db_path: path },
    env: { AITK_JOB_ID: id },
    read: () => (isSmall(path) ? readRow(database) : null),
    saveNow: () => raise(path, database, 'save_now'),
    stop: () => raise(path, database, 'stop'),
    async close() {
      database.close();
      await remove();
    },
  };
}

/** What killed workers have left. */
async function removeLeft(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^azit-job-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The trainer may write anything into its row, and reading it stops everything else here. */
function isSmall(path: string): boolean {
  const sizes = ['', '-wal'].map((suffix) => statSync(`${path}${suffix}`, { throwIfNoEntry: false })?.size ?? 0);
  return sizes[0] + sizes[1] <= fileLimits.sideChannel;
}

const maxInfoLength = 500;
const oneRow = `SELECT substr(status, 1, ${maxInfoLength}) AS status, substr(info, 1, ${maxInfoLength}) AS info, step FROM Job`;

function readRow(database: Sqlite): SideReading | null {
  try {
    if (!isPlainTable(database, 'Job')) return null;
    const row = database.prepare(oneRow).get() as Partial<SideReading> | undefined;
    if (!row || !Number.isSafeInteger(Number(row.step))) return null;
    return { status: String(row.status), info: String(row.info), step: Number(row.step) };
  } catch {
    return null;
  }
}

/** Throws where the lock is not free in time. */
async function raise(path: string, database: Sqlite, flag: 'save_now' | 'stop'): Promise<void> {
  if (!isSmall(path) || !isPlainTable(database, 'Job'))
    throw new Error('The trainer has damaged the database through which AZIT stops it.');
  const deadline = performance.now() + busyLimitMs;
  for (;;) {
    try {
      database.prepare(`UPDATE Job SET ${flag} = 1`).run();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    await delay(busyPauseMs);
  }
}
