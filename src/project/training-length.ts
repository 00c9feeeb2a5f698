import type { Family } from './families/family.js';

/** Schedules of ai-toolkit (`toolkit/scheduler.py`) that say the same of a step however many follow. */
const steady: readonly unknown[] = [undefined, null, 'constant', 'constant_with_warmup'];

/** Whether a step's learning rate hangs on how many steps there are: then a longer training is another one from its start. */
export function hangsOnLength(override: Record<string, unknown>, { training }: Family): boolean {
  const preset = training.trainers['ai-toolkit'].process.train ?? {};
  const { train = {} } = override as { train?: Record<string, unknown> };
  return !steady.includes(train?.lr_scheduler ?? preset.lr_scheduler);
}
