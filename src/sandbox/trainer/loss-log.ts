import { openSqlite, type Sqlite } from '../../sqlite/open.js';

/** ai-toolkit's UI logger: rows wait until so many have come, or so long has passed. */
const flushAtRows = 256;
const flushAfterMs = 250;

const schema = [
  'CREATE TABLE IF NOT EXISTS steps (step INTEGER PRIMARY KEY, wall_time REAL NOT NULL)',
  'CREATE TABLE IF NOT EXISTS metric_keys (key TEXT PRIMARY KEY, first_seen_step INTEGER, last_seen_step INTEGER)',
  `CREATE TABLE IF NOT EXISTS metrics (step INTEGER NOT NULL, key TEXT NOT NULL, value_real REAL, value_text TEXT,
    PRIMARY KEY (step, key), FOREIGN KEY (step) REFERENCES steps(step) ON DELETE CASCADE)`,
  'CREATE INDEX IF NOT EXISTS idx_metrics_key_step ON metrics (key, step)',
];
const addStep = `INSERT INTO steps(step, wall_time) VALUES(?, ?)
  ON CONFLICT(step) DO UPDATE SET wall_time=excluded.wall_time`;
const addKey = `INSERT INTO metric_keys(key, first_seen_step, last_seen_step) VALUES(?, ?, ?)
  ON CONFLICT(key) DO UPDATE SET last_seen_step=MAX(metric_keys.last_seen_step, excluded.last_seen_step)`;
const addMetric = `INSERT INTO metrics(step, key, value_real, value_text) VALUES(?, ?, ?, NULL)
  ON CONFLICT(step, key) DO UPDATE SET value_real=excluded.value_real`;

/** `loss_log.db` of the run folder, with ai-toolkit's tables: what a killed trainer has not flushed is lost. */
export class LossLog {
  #rows: { step: number; key: string; value: number; at: number }[] = [];
  #flushedAt = performance.now();

  private constructor(private readonly database: Sqlite) {}

  /** @returns null where this platform has no SQLite. */
  static async open(path: string): Promise<LossLog | null> {
    const database = await openSqlite(path, { create: true });
    if (!database) return null;
    database.exec('PRAGMA journal_mode=WAL');
    database.exec('PRAGMA synchronous=NORMAL');
    for (const statement of schema) database.exec(statement);
    return new LossLog(database);
  }

  note(step: number, values: Record<string, number>): void {
    for (const [key, value] of Object.entries(values)) this.#rows.push({ step, key, value, at: Date.now() / 1000 });
  }

  /** At the end of each step. */
  commit(): void {
    const isDue = this.#rows.length >= flushAtRows || performance.now() - this.#flushedAt >= flushAfterMs;
    if (this.#rows.length > 0 && isDue) this.#flush();
  }

  finish(): void {
    this.#flush();
    this.close();
  }

  close(): void {
    this.database.close();
  }

  #flush(): void {
    const [steps, keys, metrics] = [addStep, addKey, addMetric].map((sql) => this.database.prepare(sql));
    this.database.exec('BEGIN');
    for (const { step, key, value, at } of this.#rows) {
      steps.run(step, at);
      keys.run(key, step, step);
      metrics.run(step, key, value);
    }
    this.database.exec('COMMIT');
    this.#rows = [];
    this.#flushedAt = performance.now();
  }
}
