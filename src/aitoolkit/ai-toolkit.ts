import { overrideProblems } from '../project/ai-toolkit-override.js';
import { createTrainer, trainerEnvironment, type StallLimits, type Trainer } from '../trainer/index.js';
import { typeOfMessage } from './log-lines.js';
import { openAttempt } from './prepare.js';
import { resumeProblem } from './resume.js';

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

/** What ai-toolkit reads of the environment beside what any training does. */
export const ownVariables = ['MODELS_PATH', 'SEED', 'DEBUG_TOOLKIT'];

/** ostris/ai-toolkit, driven from its command line, a child process per attempt. */
export function createAiToolkit({ command, cwd, env = {}, gpu, limits }: AiToolkitOptions): Trainer {
  const settings = {
    command,
    cwd,
    env: {
      ...trainerEnvironment(ownVariables),
      // Without it a killed trainer takes its last lines along.
      PYTHONUNBUFFERED: '1',
      HF_HUB_OFFLINE: '1',
      ...(gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: String(gpu) }),
      ...env,
    },
  };
  return createTrainer(
    {
      verify: resumeProblem,
      overrideProblem: (override) => overrideProblems(override)[0]?.message ?? null,
      typeOf: typeOfMessage,
      open: (request) => openAttempt(settings, request),
    },
    limits,
  );
}
