import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { createFile } from '../files/atomic.js';
import { moreYaws, weakPoses, weakPoseWords, type WeakPose } from '../dataset/improve.js';
import { loadProject } from '../project/load.js';
import { mostOfBudget, type ResolvedProject } from '../project/schema.js';
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
  const { lacks = null } = status.coverage ?? {};
  const weak = weakIn(status, lacks !== null);
  for (const one of weak) say(`${runId}: ${weakPoseWords(one, isOwn ? null : dataset.yaw)}`);
  if (isOwn) throw new UsageError('The dataset is your own folder: add the images there, and run the same file again.');
  const more = weak.flatMap(({ turn }) => moreYaws(turn, dataset.yaw));
  if (lacks) say(`${runId}: ${lacks}`);
  const { budget, hopeless } = moreRenders(status.coverage, dataset.budget);
  if (more.length === 0 && !budget)
    throw new UsageError(
      hopeless ?? `There is nothing to improve in the dataset of '${runId}': no pose is clearly worse than the whole.`,
    );
  if (hopeless) say(`${runId}: ${hopeless}`);
  return await besides(file, improvedText(await readFile(file, 'utf8'), [...dataset.yaw, ...more], budget));
}

type Budget = ResolvedProject['dataset']['budget'];

/**
 * What a run may render more for the views that have no image; null: more renders bring none.
 * @returns `hopeless`: why not, and what helps instead; null where nothing is lacking
 */
export function moreRenders(
  coverage: RunStatus['coverage'],
  budget: Budget,
): { budget: NonNullable<Budget> | null; hopeless: string | null } {
  const { views = 0, kept = 0, renders = 0, dropped = 0 } = coverage ?? {};
  const unfilled = views - kept - dropped;
  const byPerson =
    dropped === 0
      ? null
      : `${viewsHave(dropped)} no image only because a person left it out, and the same file renders the same one again. ` +
        'Run the file with another --id, and at the gate keep the image, or reject the dataset to render every view with another seed.';
  if (unfilled <= 0) return { budget: null, hopeless: byPerson };
  if (!budget) return { budget: { renders: 2 * views }, hopeless: byPerson };
  if (budget.minutes === undefined && renders < (budget.renders ?? Infinity))
    return {
      budget: null,
      hopeless: `${viewsHave(unfilled)} no image after all the rounds that a budget allows, so a larger one brings none. Ask for other angles, distances or expressions.`,
    };
  const { renders: most, minutes } = budget;
  const doubled = {
    ...(most === undefined ? {} : { renders: Math.min(mostOfBudget.renders, 2 * most) }),
    ...(minutes === undefined ? {} : { minutes: Math.min(mostOfBudget.minutes, 2 * minutes) }),
  };
  return { budget: doubled, hopeless: byPerson };
}

const viewsHave = (count: number): string => `${count} ${count === 1 ? 'view has' : 'views have'}`;

/** A person's comments and order stay. @param budget null: the file's own stands */
export function improvedText(text: string, yaws: readonly number[], budget: Budget | null): string {
  const document = parseDocument(text);
  const yaw = document.createNode(
    [...yaws].sort((a, b) => a - b),
    { flow: true },
  );
  document.setIn(['dataset', 'yaw'], yaw);
  if (budget) document.setIn(['dataset', 'budget'], budget);
  // Long lines stay whole.
  return document.toString({ lineWidth: 0 });
}

/** Of the chosen checkpoint, or the one that the last stage showed. @param isLacking views have no image: that can be mended without */
function weakIn({ choice, sweep, runId, finishedAt }: RunStatus, isLacking: boolean): WeakPose[] {
  const step = stepShown(choice as Choice | null);
  const shown = sweep.find((one) => one.step === step);
  if (!shown?.identity || !shown.measures) {
    if (isLacking) return [];
    const what = finishedAt === null ? 'has no checkpoint to improve on yet' : 'chose no checkpoint to improve on';
    throw new UsageError(`The run '${runId}' ${what}: see \`azit status ${runId}\`.`);
  }
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
