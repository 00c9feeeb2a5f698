import type { Client } from '@temporalio/client';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { surveyOf, type Survey, type SurveyedRun } from '../upkeep/survey.js';
import { tidy, type Tidied, type TidyOptions } from '../upkeep/tidy.js';
import { usageOf, type StoreUsage } from '../upkeep/usage.js';
import { AzitClientError } from './errors.js';
import { forgetRun, temporalRuns, type FoundRun } from './temporal-runs.js';

/** Clocks of the store's server, Temporal's and ours differ by less. */
const clockMarginMs = 60_000;

/** What each run holds of the store. @throws AzitClientError temporal-unreachable */
export async function storageOf(client: Client, store: ArtifactStore): Promise<StoreUsage> {
  return await usageOf(store, (await survey(client, store)).survey);
}

export interface RemoveOptions {
  /** Only tells what would go. */
  dryRun?: boolean;
  onStep?: TidyOptions['onStep'];
}

/**
 * Removes a run that has ended, with what it alone needs: in Temporal and in the store. A removal that broke off is finished.
 * @throws AzitClientError no-such-run; refused, where it has not ended
 */
export async function removeRun(
  client: Client,
  store: ArtifactStore,
  runId: string,
  { dryRun = false, onStep }: RemoveOptions = {},
): Promise<Tidied> {
  const { survey: found, touchedBeforeMs } = await survey(client, store);
  const run = found.runs.get(runId);
  if (!run) throw new AzitClientError('no-such-run', `There is no run with the id '${runId}'.`);
  if (run.temporal?.isOpen)
    throw new AzitClientError(
      'refused',
      `The run '${runId}' has not ended: stop it with \`azit cancel ${runId}\` before you remove it.`,
    );
  requireReadable(found, [run]);
  const forget = ({ runId: id }: SurveyedRun) => forgetRun(client, id);
  return await tidy(store, found, { runs: [run], orphansBeforeMs: null, touchedBeforeMs, dryRun, forget, onStep });
}

/** Of a run whose record can't be read nobody knows what it needs. @throws AzitClientError refused */
function requireReadable({ runs }: Survey, gone: SurveyedRun[]): void {
  for (const run of runs.values())
    if (run.problem && !gone.includes(run))
      throw new AzitClientError(
        'refused',
        `What the run '${run.runId}' needs can't be told: ${run.problem.message} Restore it from a backup, or remove that run first.`,
      );
}

async function survey(client: Client, store: ArtifactStore): Promise<{ survey: Survey; touchedBeforeMs: number }> {
  const own = await store.getRecord<{ id: string }>('store/identity');
  const startedMs = Date.now();
  const live = await temporalRuns(client, own?.id ?? null);
  const since = live.filter(({ isOpen }) => isOpen).map(({ reliesSinceMs }: FoundRun) => reliesSinceMs);
  const touchedBeforeMs = Math.min(startedMs, ...since) - store.upkeep.touchedForMs - clockMarginMs;
  return { survey: await surveyOf(store, live), touchedBeforeMs };
}
