import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { createFile } from '../files/atomic.js';
import { moreYaws, weakPoses, weakPoseWords } from '../dataset/improve.js';
import { loadProject } from '../project/load.js';
import type { RunStatus } from '../run/messages.js';
import { stepShown, type Choice } from '../run/record.js';
import { say, UsageError } from './output.js';
import { withExistingRun } from './session.js';

/** More than this many improved files beside one nobody keeps apart. */
const mostFiles = 99;

/**
 * Writes the project file with more images where the run's checkpoint is clearly worse, next to the old one.
 * @returns the new file. @throws UsageError where there is nothing to improve, or it is no file of that run
 */
export async function improvedFile(file: string, runId: string): Promise<string> {
  const loaded = await loadProject(file);
  const status = await withExistingRun(runId, 'queries', ({ client }) => client.run(runId).status());
  if (status.projectSha256 !== loaded.projectSha256)
    throw new UsageError(
      `The run '${runId}' was not made from ${file} as it is now: give the file that it was made from.`,
    );
  const { dataset } = loaded.project;
  const isOwn = loaded.files.datasetImages !== undefined;
  const weak = weakIn(status);
  for (const one of weak) say(`${runId}: ${weakPoseWords(one, isOwn ? null : dataset.yaw)}`);
  if (isOwn) throw new UsageError('The dataset is your own folder: add the images there, and run the same file again.');
  const more = weak.flatMap(({ turn }) => moreYaws(turn, dataset.yaw));
  const { lacks = null, views = 0 } = status.coverage ?? {};
  if (lacks) say(`${runId}: ${lacks}`);
  if (more.length === 0 && !lacks)
    throw new UsageError(
      `There is nothing to improve in the dataset of '${runId}': no pose is clearly worse than the whole.`,
    );
  const renders = lacks && !dataset.budget ? 2 * views : null;
  return await besides(file, improvedText(await readFile(file, 'utf8'), [...dataset.yaw, ...more], renders));
}

/** A person's comments and order stay. @param renders that a budget allows; null: the file's own stands */
export function improvedText(text: string, yaws: readonly number[], renders: number | null): string {
  const document = parseDocument(text);
  const yaw = document.createNode(
    [...yaws].sort((a, b) => a - b),
    { flow: true },
  );
  document.setIn(['dataset', 'yaw'], yaw);
  if (renders !== null) document.setIn(['dataset', 'budget'], { renders });
  // Long lines stay whole.
  return document.toString({ lineWidth: 0 });
}

/** Of the chosen checkpoint, or the one that the last stage showed. */
function weakIn({ choice, sweep, runId }: RunStatus) {
  const step = stepShown(choice as Choice | null);
  const shown = sweep.find((one) => one.step === step);
  if (!shown?.identity || !shown.measures)
    throw new UsageError(`The run '${runId}' has no checkpoint to improve on yet: see \`azit status ${runId}\`.`);
  return weakPoses(shown.identity, shown.measures.perPose);
}

/** Never over a file: the next free name. */
export async function besides(file: string, text: string): Promise<string> {
  const extension = extname(file);
  const name = basename(file, extension);
  for (let at = 1; at <= mostFiles; at += 1) {
    const path = join(dirname(file), `${name}-improved${at === 1 ? '' : `-${at}`}${extension}`);
    if (await createFile(path, text)) return path;
  }
  throw new UsageError(`There are ${mostFiles} improved files beside ${file} already: remove some.`);
}
