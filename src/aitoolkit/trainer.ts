import { trainerEnvironment } from './environment.js';
import { runAttempt } from './attempt.js';
import { resumeProblem } from './resume.js';
import { stallLimits, type StallLimits } from './stall.js';
import type { Trainer } from './types.js';

export interface AiToolkitOptions {
  /** What a config's path is appended to: [python, 'run.py'], or [node, 'azit.js', 'sandbox', 'trainer']. */
  command: string[];
  /** ai-toolkit's own folder: it imports by the working directory. */
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** CUDA_VISIBLE_DEVICES; ai-toolkit ignores its own `device`. */
  gpu?: string | number;
  /** Shorter ones for tests. */
  limits?: Partial<StallLimits>;
}

/** ostris/ai-toolkit, driven from its command line, a child process per attempt. */
export function createAiToolkit({ command, cwd, env = {}, gpu, limits = {} }: AiToolkitOptions): Trainer {
  const settings = {
    command,
    cwd,
    env: {
      ...trainerEnvironment(),
      // Without it a killed trainer takes its last lines along.
      PYTHONUNBUFFERED: '1',
      HF_HUB_OFFLINE: '1',
      ...(gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: String(gpu) }),
      ...env,
    },
    limits: { ...stallLimits, ...limits },
  };
  return { verify: resumeProblem, run: (request, hooks) => runAttempt(settings, request, hooks) };
}
