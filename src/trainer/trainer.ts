import { runAttempt } from './attempt.js';
import type { TrainerProgram } from './program.js';
import { stallLimits, type StallLimits } from './stall.js';
import type { Trainer } from './types.js';

/** @param limits shorter ones for tests */
export const createTrainer = (program: TrainerProgram, limits: Partial<StallLimits> = {}): Trainer => ({
  verify: program.verify,
  run: (request, hooks) => runAttempt(program, { ...stallLimits, ...limits }, request, hooks),
});
