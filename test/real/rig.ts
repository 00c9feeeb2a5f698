import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { azit, type RunningCommand } from '../support/command.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { startTemporal } from '../support/temporal.js';
import { needTinyCheckpoint, realParts, tinyTrainerModel, type RealParts } from './parts.js';

/** Temporal and three workers of the built `azit`, on the real parts. */
export interface RealRig {
  parts: RealParts;
  /** Holds the store and the workers' scratch folders. */
  home: string;
  environment: NodeJS.ProcessEnv;
  /** What the trainers have printed so far, in their own words. */
  trainerLog(): Promise<string>;
  close(): Promise<void>;
}

/** What the render and the train worker are told about the family that they serve. */
export interface RigFamily {
  name: string;
  modelFiles: string[];
  environment?: NodeJS.ProcessEnv;
}

export async function startRealRig(parts = realParts(), family?: RigFamily): Promise<RealRig> {
  const { name, modelFiles, environment: further } = family ?? (await tinySd3(parts));
  const temporal = await startTemporal(true);
  const home = await temporaryFolder();
  const own = { TEMPORAL_ADDRESS: temporal.address, AZIT_STORE: join(home, 'store'), AZIT_STUDIO: 'off' };
  const environment = { ...own, ...further };
  const log = join(home, 'trainer.log');
  const python = join(home, 'python');
  await writeFile(python, `#!/usr/bin/env bash\nexec '${parts.python}' "$@" > >(tee -a '${log}')\n`);
  await chmod(python, 0o755);
  await writeFile(log, '');
  const work = ['--work-dir', join(home, 'work')];
  const served = ['--family', name, ...modelFiles.flatMap((file) => ['--model-file', file]), ...work];
  const workers: RunningCommand[] = [];
  for (const words of [
    ['--role', 'pipeline', 'identity', ...work],
    ['--role', 'render', '--comfyui', parts.comfyUrl, '--loras-dir', parts.lorasDir, ...served],
    ['--role', 'train', '--aitoolkit', parts.aitoolkit, '--python', python, ...served],
  ])
    workers.push(azit(home, ['worker', ...words], environment));
  await Promise.all(workers.map((worker) => worker.says(/worker ready/)));
  return {
    parts,
    home,
    environment,
    trainerLog: () => readFile(log, 'utf8'),
    async close() {
      for (const { pid } of workers) process.kill(pid, 'SIGTERM');
      await Promise.all(workers);
      await temporal.teardown();
      await removeTemporaryFolders();
    },
  };
}

export async function tinySd3(parts: RealParts): Promise<RigFamily> {
  await needTinyCheckpoint(parts);
  return { name: 'sd3', modelFiles: [`base=${await tinyTrainerModel(parts)}`] };
}
