import type { Client } from '@temporalio/client';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { fingerprintOf } from '../project/fingerprint.js';
import type { PipelineInput, RunDocument } from '../run/messages.js';
import { AzitClientError } from './errors.js';
import { hasImages, startDerived } from './train-on.js';

/** The project file allows as many. */
const mostSeeds = 32;

/** @returns the id of the run; one that was started before goes on */
export async function startWithSeeds(
  client: Client,
  store: ArtifactStore,
  document: RunDocument,
  seeds: number,
): Promise<string> {
  return await startDerived(client, store, document, withSeeds(document, seeds));
}

/** The first seeds are those of before: their images are reused, and the others rendered. */
function withSeeds({ input }: RunDocument, seeds: number): PipelineInput {
  const { runId, project, projectSha256 } = input;
  const refuse = (why: string) => new AzitClientError('refused', `The run '${runId}' can't have more seeds: ${why}.`);
  if (!Number.isInteger(seeds) || seeds <= project.sweep.seeds)
    throw refuse(`its sweep has ${project.sweep.seeds}; give a whole number above that`);
  if (seeds > mostSeeds) throw refuse(`a sweep has at most ${mostSeeds}; give ${mostSeeds} or fewer`);
  if (!hasImages(input))
    throw refuse('its record does not hold your own images. Raise sweep.seeds in its project file and run that file');
  return {
    ...input,
    runId: `${runId}-seeds-${seeds}`,
    project: { ...project, sweep: { ...project.sweep, seeds } },
    projectSha256: fingerprintOf({ moreSeeds: seeds, of: projectSha256 }),
    again: undefined,
    fresh: undefined,
  };
}
