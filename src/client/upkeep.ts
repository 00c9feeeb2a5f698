import type { Client } from '@temporalio/client';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { surveyOf, type Survey, type SurveyedRun } from '../upkeep/survey.js';
import { tidy, type Tidied, type TidyOptions } from '../upkeep/tidy.js';
import { usageOf, type StoreUsage } from '../upkeep/usage.js';
import { chosenLorasOf } from '../upkeep/chosen-loras.js';
import { AzitClientError } from './errors.js';
import { namespaceIdOf } from './connect.js';
import { endOf, requireReadable, underWayElsewhereSince } from './run-states.js';
import { forgetRun, temporalRuns } from './temporal-runs.js';

/** Clocks of the store's server, Temporal's and ours differ by less. */
const clockMarginMs = 60_000;

/**
 * What belongs to no run may be on its way to one: stored, and not yet recorded. The longest unit of work that tells at its
 * end alone what it stored takes 12 hours (`writeReport`, in workflows/proxies.ts); a training tells of each checkpoint.
 */
const graceMs = 24 * 60 * 60_000;

/** What each run holds of the store. @throws AzitClientError temporal-unreachable */
export async function storageOf(client: Client, store: ArtifactStore): Promise<StoreUsage> {
  return await usageOf(store, (await look(client, store)).survey);
}

export interface RemoveOptions {
  /** Only tells what would go. */
  dryRun?: boolean;
  /** Also a run that another Temporal may still be at. */
  force?: boolean;
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
  { dryRun = false, force = false, onStep }: RemoveOptions = {},
): Promise<Tidied> {
  const seen = await look(client, store);
  const run = seen.survey.runs.get(runId);
  if (!run) throw new AzitClientError('no-such-run', `There is no run with the id '${runId}'.`);
  if (run.temporal?.isOpen)
    throw new AzitClientError(
      'refused',
      `The run '${runId}' has not ended: stop it with \`azit cancel ${runId}\` before you remove it.`,
    );
  if (seen.elsewhere.has(runId) && !force)
    throw new AzitClientError(
      'refused',
      `The run '${runId}' was started on another Temporal server, and its end is not recorded: remove it there, or use --force if that server is gone.`,
    );
  requireReadable(seen.survey, [run]);
  seen.elsewhere.delete(runId);
  const asked = { runs: [run], orphansBeforeMs: null, dryRun, onStep };
  return await tidy(store, seen.survey, { ...asked, touchedBeforeMs: limitOf(seen, store), forget: forgetBy(client) });
}

export interface PruneOptions {
  /** Of runs that ended longer ago than this. Default: no run is touched, only what belongs to none. */
  olderThanMs?: number;
  /** Those runs stay, with their chosen checkpoint alone. Without `olderThanMs`: all that have ended. */
  keepChosen?: boolean;
  dryRun?: boolean;
  onStep?: TidyOptions['onStep'];
}

export interface Pruned extends Tidied {
  /** The ids of the runs that went. */
  removed: string[];
  /** Of those that were cut down to their chosen checkpoint. */
  cutDown: string[];
  /** Of those that another Temporal may be at: what was touched since they began stays. */
  elsewhere: string[];
}

/** Removes what no run needs, and on request runs that ended long ago. @throws AzitClientError refused */
export async function prune(
  client: Client,
  store: ArtifactStore,
  { olderThanMs, keepChosen = false, dryRun = false, onStep }: PruneOptions = {},
): Promise<Pruned> {
  const seen = await look(client, store);
  const { survey, startedMs, elsewhere } = seen;
  const all = [...survey.runs.values()];
  const ended = all.filter((run) => {
    const endMs = endOf(run, seen.closedAt.get(run.runId) ?? null);
    if (elsewhere.has(run.runId) || run.temporal?.isOpen || endMs === null) return false;
    return endMs < startedMs - (olderThanMs ?? 0);
  });
  const old = olderThanMs === undefined || keepChosen ? [] : ended;
  const runs = all.filter((run) => old.includes(run) || (run.removal !== null && !run.temporal?.isOpen));
  const kept = keepChosen ? ended.filter((run) => !runs.includes(run)) : [];
  requireReadable(survey, runs);
  const onlyChosen = await chosenLorasOf(store, kept);
  const tidied = await tidy(store, survey, {
    runs,
    onlyChosen,
    orphansBeforeMs: startedMs - graceMs,
    touchedBeforeMs: limitOf(seen, store),
    dryRun,
    forget: forgetBy(client),
    onStep,
  });
  const removed = runs.map(({ runId }) => runId);
  return { ...tidied, removed, cutDown: [...onlyChosen.keys()], elsewhere: [...elsewhere.keys()] };
}

interface Seen {
  survey: Survey;
  startedMs: number;
  /** Since when work that is under way in our Temporal may rely on what it touched. */
  reliedSinceMs: number;
  closedAt: Map<string, number | null>;
  /** The same of runs that are under way elsewhere, by id. */
  elsewhere: Map<string, number>;
}

async function look(client: Client, store: ArtifactStore): Promise<Seen> {
  const own = await store.getRecord<{ id: string }>('store/identity');
  const namespaceId = await namespaceIdOf(client);
  const startedMs = Date.now();
  const live = await temporalRuns(client, own?.id ?? null);
  // After Temporal: what ends between the two has a record by now, and what begins has a note.
  const survey = await surveyOf(store, live);
  const elsewhere = new Map<string, number>();
  for (const run of survey.runs.values()) {
    const since = underWayElsewhereSince(run, namespaceId, startedMs);
    if (since !== null) elsewhere.set(run.runId, since);
  }
  const open = live.filter(({ isOpen }) => isOpen);
  const reliedSinceMs = Math.min(startedMs, ...open.map(({ reliesSinceMs }) => reliesSinceMs));
  const closedAt = new Map(live.map(({ runId, closedAtMs }) => [runId, closedAtMs]));
  return { survey, startedMs, reliedSinceMs, closedAt, elsewhere };
}

const limitOf = ({ reliedSinceMs, elsewhere }: Seen, { upkeep }: ArtifactStore): number =>
  Math.min(reliedSinceMs, ...elsewhere.values()) - upkeep.touchedForMs - clockMarginMs;

const forgetBy =
  (client: Client) =>
  async ({ runId }: SurveyedRun): Promise<void> =>
    await forgetRun(client, runId);
