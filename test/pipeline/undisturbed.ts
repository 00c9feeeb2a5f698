import { join } from 'node:path';
import { Azit, projectFolder, type Ended } from './azit.js';

export interface FinishedRun {
  home: string;
  folder: string;
  report: string;
  /** The LoRA's folder. */
  lora: string;
  ended: Ended;
}

let finished: Promise<FinishedRun> | undefined;

/** The small project, run once a process without any trouble: what every disturbed run is compared with. */
export const undisturbedRun = (): Promise<FinishedRun> => (finished ??= run());

async function run(): Promise<FinishedRun> {
  const folder = await projectFolder();
  const home = join(folder, 'home');
  const report = join(folder, 'report');
  const azit = new Azit(['run', 'small.yaml', '--id', 'calm', '--out', report], { home, cwd: folder });
  return { home, folder, report, lora: join(folder, 'azit-lora-calm'), ended: await azit.ended };
}
