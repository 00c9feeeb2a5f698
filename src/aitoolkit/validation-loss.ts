import type { ValidationLoss } from '../run/training-record.js';
import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileLimits } from '../files/limits.js';
import { isOpenable, isPlainTable, openSqlite, type Sqlite } from '../sqlite/open.js';
import type { TrainingPlan } from '../trainer/index.js';

/** Where the trainer's UI logger writes, in its run folder. */
export const validationLogName = 'loss_log.db';

export interface LaidValidation {
  every: number;
  items: { imagePath: string; caption: string }[];
}

/**
 * Keys of `config.process[0]` that have the trainer measure the loss on pictures that it does not train on: the same
 * noise and the same noise levels each time, after the update of every step that `every` divides. It keeps the values in
 * its own log only, and logs a step only where `log_every` divides it.
 */
export function validationKeys(plan: TrainingPlan, { every, items }: LaidValidation) {
  const { resolution = plan.preset.resolution } = (plan.override.datasets ?? {}) as { resolution?: number | number[] };
  return {
    train: {
      validation_config: {
        validation_items: items.map(({ imagePath, caption }) => ({ image_path: imagePath, prompt: caption })),
        // All noise levels of a picture go through the model at once: the smallest bucket fits where training does.
        resolution: Math.min(...[resolution].flat()),
        validate_every_n_steps: every,
      },
    },
    logging: { log_every: every, use_ui_logger: true },
  };
}

/** Numbers only, and not all at once: a column takes anything, of any size. */
const newRows = `SELECT step, value_real AS loss FROM metrics WHERE key = 'val/loss' AND step > ?
  AND typeof(step) = 'integer' AND typeof(value_real) IN ('real', 'integer') ORDER BY step LIMIT 1000`;

/** Reads the trainer's log of validation losses while it is written. */
export class ValidationLog {
  #database: Sqlite | null = null;
  #lastStep = -1;
  #isReading = false;

  constructor(private readonly path: string) {}

  /** What has come since the last call, ascending. Nothing while the log is not there, or can't be read. */
  async read(): Promise<ValidationLoss[]> {
    if (this.#isReading) return [];
    this.#isReading = true;
    try {
      if (!(await isOpenable(this.path, fileLimits.lossLog))) return [];
      // Nor through a link in the place of the run folder.
      if (!(await lstat(dirname(this.path))).isDirectory()) return [];
      this.#database ??= await openSqlite(this.path);
      if (this.#database && !isPlainTable(this.#database, 'metrics')) return [];
      const rows = (this.#database?.prepare(newRows).all(this.#lastStep) ?? []) as Partial<ValidationLoss>[];
      const found = rows.filter((row): row is ValidationLoss => Number.isFinite(row.step) && Number.isFinite(row.loss));
      this.#lastStep = found.at(-1)?.step ?? this.#lastStep;
      return found.map(({ step, loss }) => ({ step, loss }));
    } catch {
      return [];
    } finally {
      this.#isReading = false;
    }
  }

  close(): void {
    this.#database?.close();
  }
}
