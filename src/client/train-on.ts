import type { Client } from '@temporalio/client';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { identify } from '../artifacts/identity.js';
import { fingerprintOf } from '../project/fingerprint.js';
import type { PipelineInput, RunDocument } from '../run/messages.js';
import { noteStart } from '../upkeep/notes.js';
import { AzitClientError } from './errors.js';
import { sameFileAgain } from './finished.js';
import { namespaceIdOf } from './connect.js';
import { requireNoRemoval } from './same-store.js';
import { isStarted, startPipeline } from './start.js';

/** @returns the id of the run; one that was started before goes on */
export async function startTrainedOn(client: Client, store: ArtifactStore, document: RunDocument): Promise<string> {
  return await startDerived(client, store, document, trainedOn(document));
}

/**
 * A run made from another one's project. What a person said of its images stands. @returns its id
 */
export async function startDerived(
  client: Client,
  store: ArtifactStore,
  { decisions }: RunDocument,
  input: PipelineInput,
): Promise<string> {
  await requireNoRemoval(store, input.runId);
  if (!(await isStarted(client, input.runId, input.projectSha256))) {
    await noteStart(store, input.runId, await namespaceIdOf(client));
    const derived = { ...input, project: auditSeen(input.project), decisions };
    await startPipeline(client, derived, await identify(store));
  }
  return input.runId;
}

/** Whoever resumed the run that it is made from has read the findings: they stop nobody twice. */
function auditSeen(project: PipelineInput['project']): PipelineInput['project'] {
  const { dataset } = project;
  return dataset.audit === 'stop' ? { ...project, dataset: { ...dataset, audit: 'warn' } } : project;
}

/** Not where a person's own are too many for its record, or an earlier version wrote that. */
export const hasImages = ({ project, datasetImages }: PipelineInput): boolean =>
  project.anchor !== undefined || datasetImages !== undefined;

/** Of the run that goes on where another one's training stopped early. */
const trainedOnId = (runId: string): string => `${runId}-on`;

const toTrainLonger = 'To train longer, raise training.steps in its project file and run that file';

/**
 * The same project without `training.stop`, as a run of its own: all that the first one made is reused, and training goes
 * on from its last save. @throws AzitClientError refused, where nothing was stopped
 */
function trainedOn({ input, status }: RunDocument): PipelineInput {
  const { runId, project, projectSha256 } = input;
  const refuse = (why: string) =>
    new AzitClientError('refused', `azit train-on can't continue the run '${runId}': ${why}.`);
  const { stopped } = status.training ?? {};
  if (!stopped && status.state === 'cancelled')
    throw new AzitClientError('refused', `The run '${runId}' was cancelled. ${sameFileAgain}`);
  if (project.training.stop === undefined && !stopped)
    throw refuse(`its project does not set training.stop, and nobody stopped its training. ${toTrainLonger}`);
  if (!stopped)
    throw refuse(
      status.finishedAt
        ? `its training did not stop early. ${toTrainLonger}`
        : 'its training has not stopped yet. Wait for that, or follow it with `azit watch`',
    );
  if (!hasImages(input))
    throw refuse(
      `its record does not hold your own images. ${
        project.training.stop
          ? 'Remove training.stop from its project file and run that file'
          : 'Run its project file with another --id, which reuses what is done'
      }`,
    );
  const { stop: _, ...training } = project.training;
  return {
    ...input,
    runId: trainedOnId(runId),
    project: { ...project, training },
    projectSha256: fingerprintOf({ trainedOn: projectSha256 }),
    again: undefined,
    fresh: undefined,
  };
}
