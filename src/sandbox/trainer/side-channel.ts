import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isBusy, openSqlite, type Sqlite } from '../../sqlite/open.js';
import type { TrainerConfig } from './config.js';

type Flag = 'stop' | 'return_to_queue' | 'save_now';

/** ai-toolkit waits 30 s for a lock, then tries again; this much is enough for a database on this machine. */
const busyLimitMs = 30_000;
const busyPauseMs = 10;

/**
 * ai-toolkit's row in somebody's database, spoken to by `diffusion_trainer` where the database exists and AITK_JOB_ID is
 * set: what it does goes in, what it is asked to do comes out, at the end of each step and between the phases.
 */
export class SideChannel {
  /** The last step whose checkpoint is on the disk: what the row says after an error. */
  savedStep = 0;
  #stopping = false;

  private constructor(
    private readonly database: Sqlite,
    private readonly id: string,
  ) {}

  static async open({ type, databasePath }: TrainerConfig, print: (line: string) => void): Promise<SideChannel | null> {
    const id = process.env.AITK_JOB_ID?.trim();
    if (type !== 'diffusion_trainer') return null;
    const exists = existsSync(databasePath);
    if (exists) print(`Using SQLite database at ${databasePath}`);
    if (id !== undefined) print(`Job ID: "${id}"`);
    const database = exists && id !== undefined ? await openSqlite(databasePath) : null;
    if (!database || id === undefined) return null;
    const channel = new SideChannel(database, id);
    await channel.#write('running', 'Starting');
    return channel;
  }

  /** Between two phases: ends the job where that is asked for, else says what comes next. */
  async enter(info: string): Promise<void> {
    await this.obey();
    await this.#write('running', info);
  }

  async noteStep(step: number): Promise<void> {
    await this.#run('UPDATE Job SET step = ? WHERE id = ?', step, this.id);
  }

  /** Throws where the job is asked to end; nothing is saved then. */
  async obey(): Promise<void> {
    if (this.#asked('stop')) await this.#end('stopped', 'Job stopped', 'Job stopped');
    if (this.#asked('return_to_queue')) await this.#end('queued', 'Job queued', 'Job returning to queue');
  }

  /** Whether a save is asked for; taken back at once, before it is made. */
  async takeSaveRequest(): Promise<boolean> {
    if (!this.#asked('save_now')) return false;
    await this.#run('UPDATE Job SET save_now = 0 WHERE id = ?', this.id);
    return true;
  }

  async completed(): Promise<void> {
    await this.#write('completed', 'Training completed');
  }

  async failed(message: string, interrupted: boolean): Promise<void> {
    if (interrupted) await this.#write('stopped', 'Job stopped');
    else if (!this.#stopping) await this.#write('error', message);
    await this.noteStep(this.savedStep);
  }

  close(): void {
    this.database.close();
  }

  #asked(flag: Flag): boolean {
    const row = this.database.prepare(`SELECT ${flag} AS asked FROM Job WHERE id = ?`).get(this.id);
    return (row as { asked: unknown } | undefined)?.asked === 1;
  }

  async #end(status: string, info: string, message: string): Promise<never> {
    await this.#write(status, info);
    this.#stopping = true;
    throw new Error(message);
  }

  async #write(status: string, info: string): Promise<void> {
    await this.#run('UPDATE Job SET status = ?, info = ? WHERE id = ?', status, info, this.id);
  }

  async #run(sql: string, ...values: unknown[]): Promise<void> {
    for (const deadline = performance.now() + busyLimitMs; ; await delay(busyPauseMs)) {
      try {
        this.database.prepare(sql).run(...values);
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
      }
    }
  }
}
