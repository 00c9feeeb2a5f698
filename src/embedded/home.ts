import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../machine/user.js';

/** Everything that the embedded default keeps for a project folder; removing it loses the runs and nothing else. */
export interface EmbeddedHome {
  root: string;
  database: string;
  /** Never there: Temporal's CLI takes it for the person's settings. */
  serverSettings: string;
  /** Who owns the running services, and where they are. */
  state: string;
  lock: string;
  sandbox: string;
  artifacts: string;
  work: string;
  logs: string;
}

/** `.azit` in the working folder; AZIT_HOME names another. The artifact store may lie elsewhere (AZIT_STORE). */
export function embeddedHome(root = process.env.AZIT_HOME ?? '.azit'): EmbeddedHome {
  const at = resolve(root);
  return {
    root: at,
    database: join(at, 'temporal.db'),
    serverSettings: join(at, 'temporal.db.yaml'),
    state: join(at, 'embedded.json'),
    lock: join(at, 'embedded.lock'),
    sandbox: join(at, 'sandbox'),
    artifacts: process.env.AZIT_STORE ?? join(at, 'artifacts'),
    work: workFolderOf(at),
    logs: join(at, 'logs'),
  };
}

/** A trainer names its files in its log, one a line: below a folder whose name has a line break, none would be found. */
function workFolderOf(home: string): string {
  if (!/[\n\r]/.test(home)) return join(home, 'work');
  return join(userCache(), 'work', createHash('sha256').update(home).digest('hex').slice(0, 16));
}

/** The user's cache folder for what is the same for every project: the Temporal binary, the face models. */
export function userCache(): string {
  return join(cacheFolder(), 'azit');
}
