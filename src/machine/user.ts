import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder: XDG_CACHE_HOME, or the system's own. @throws NoHomeError */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.XDG_CACHE_HOME) return environment.XDG_CACHE_HOME;
  if (process.platform === 'darwin') return join(home(), 'Library', 'Caches');
  if (process.platform === 'win32') return environment.LOCALAPPDATA || join(home(), 'AppData', 'Local');
  return join(home(), '.cache');
}

/** A uid without a passwd entry (a container's) has a home only where HOME says so. */
class NoHomeError extends Error {
  override readonly name = 'NoHomeError';
  readonly type = 'machine-unfit';
  constructor(cause: unknown) {
    super('This user has no home folder: set HOME, or XDG_CACHE_HOME to a folder that you can write to.', { cause });
  }
}

function home(): string {
  try {
    return homedir();
  } catch (error) {
    throw new NoHomeError(error);
  }
}

/** The workflow takes no longer one. */
const longestName = 40;

/** Who sits at this machine, for the run's timeline; nobody where the system knows no name (a container's bare number). */
export function byWhom(): { by?: string } {
  try {
    const name = userInfo().username.trim().slice(0, longestName);
    return name === '' ? {} : { by: name };
  } catch {
    return {};
  }
}
