import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordPath } from '../../src/artifacts/path.js';
import { until } from '../support/until.js';
import { processesOf, type Azit } from './azit.js';

const patienceMs = 300_000;

/** Resolves once a step of the home's one training is published, or the command has ended. */
export async function publishes(azit: Azit, home: string, step: number): Promise<void> {
  let isOver = false;
  void azit.ended.then(() => (isOver = true));
  const store = join(home, 'artifacts');
  // By what is trained, not by the run: in a store of its own there is one.
  const isThere = (): boolean => trainingsIn(store).some((key) => existsSync(recordPath(store, `${key}/step-${step}`)));
  await until(`step ${step} is published`, () => isThere() || isOver, patienceMs);
}

function trainingsIn(store: string): string[] {
  const folder = join(store, 'records', 'training');
  return existsSync(folder) ? readdirSync(folder).map((key) => `training/${key}`) : [];
}

/** The command and all that it has started: workers, sandbox, trainer, Temporal. */
export async function killEverything(azit: Azit, home: string): Promise<void> {
  azit.kill('SIGKILL');
  for (const { pid } of await processesOf(home)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone by itself in the meantime: its owner is dead.
    }
  }
  await azit.ended;
}
