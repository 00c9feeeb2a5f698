import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Everything that the embedded default keeps for a project folder; removing it loses the runs and nothing else. */
export interface EmbeddedHome {
  root: string;
  database: string;
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
    state: join(at, 'embedded.json'),
    lock: join(at, 'embedded.lock'),
    sandbox: join(at, 'sandbox'),
    artifacts: process.env.AZIT_STORE ?? join(at, 'artifacts'),
    work: join(at, 'work'),
    logs: join(at, 'logs'),
  };
}

/** The user's cache folder for what is the same for every project: the Temporal binary, the face models. */
export function userCache(): string {
  const { XDG_CACHE_HOME } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'azit');
  return process.platform === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'azit')
    : join(homedir(), '.cache', 'azit');
}
