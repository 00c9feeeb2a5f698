import { userInfo } from 'node:os';

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
