import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { OpenedEmbedder } from '../faces/index.js';
import type { Role } from '../project/names.js';
import { comfyLog } from './logging.js';
import type { WorkerGate } from './worker-gate.js';
import type { LackOf } from './lack.js';
import { WorkerSettingError, type WorkerOptions } from './options.js';

export interface RoleOffer {
  activities: object;
  /** Compared with the store of each run. */
  store?: ArtifactStore;
  /** Activities at once. */
  concurrency: number;
  /** Before the worker takes any work: throws where what it was told to use can't be used. */
  check?: () => Promise<void>;
  /** The server that the role works with, as Temporal shows it. */
  place?: string;
  /** Of an hour of its GPU. */
  price?: number;
  /** What a unit may meet that another worker could have. */
  lackOf?: LackOf;
  /** Closed while what the role needs can't be used. */
  gate?: WorkerGate;
  /** How long the last activity may take to end when the worker is told to. Default: 20 seconds. */
  shutdownForceMs?: number;
  /** After the last activity. */
  close?: () => Promise<void>;
}

/**
 * What a role does on this machine, and how much of it at once: one unit a server, one trainer a GPU. Each loads its own
 * code alone: on a laptop, three workers start at once, and loading is what their start consists of.
 */
export async function offerOf(role: Role, options: WorkerOptions, store: ArtifactStore): Promise<RoleOffer> {
  return { store, price: options.price, ...(await roleOffer(role, options, store)) };
}

async function roleOffer(role: Role, options: WorkerOptions, store: ArtifactStore): Promise<RoleOffer> {
  switch (role) {
    case 'pipeline':
      return await pipelineOffer(options, store);
    case 'identity':
      return await identityOffer(options, store);
    case 'render':
      return await renderOffer(options, store);
    case 'train':
      return { activities: await trainActivities(options, store), concurrency: 1 };
  }
}

async function pipelineOffer({ notify, workDir }: WorkerOptions, store: ArtifactStore): Promise<RoleOffer> {
  const [report, release, run, choice, stop, notice] = await Promise.all([
    import('../activities/write-report.js'),
    import('../activities/loras.js'),
    import('../activities/keep-run.js'),
    import('../activities/choose-checkpoint.js'),
    import('../activities/judge-training.js'),
    import('../activities/tell-people.js'),
  ]);
  const onTrouble = (sentence: string): void => comfyLog.warn({}, sentence);
  const folder = join(workDir, 'outbox');
  const outbox = notify
    ? new (await import('../notify/index.js')).Outbox({ settings: notify, folder, onTrouble })
    : null;
  return {
    activities: {
      ...report.createReportActivities({ store }),
      ...release.createReleaseActivities({ store }),
      ...run.createRunActivities({ store }),
      ...choice.createChoiceActivities({ store }),
      ...stop.createStopActivities({ store }),
      ...notice.createNoticeActivities({ outbox }),
    },
    concurrency: 4,
    check: async () => await outbox?.open(),
    close: async () => await outbox?.close(),
  };
}

/** One batch is one thread of inference; a core is left for everything else. */
const identityConcurrency = Math.max(1, availableParallelism() - 1);

/** A running prompt is certain to be gone before its activity ends, and one node may not be interrupted. */
const renderShutdownForceMs = 75_000;

async function renderOffer(
  { render, workDir, modelFiles, signal }: WorkerOptions,
  store: ArtifactStore,
): Promise<RoleOffer> {
  if (!render) throw new WorkerSettingError('The role render needs a server: give --comfyui URL.');
  const { comfyUrl, lorasDir, outputDir, headers } = render;
  const { createComfyClient } = await import('../comfyui/index.js');
  const { createRenderActivities } = await import('../activities/render-batch.js');
  const { keepTidy } = await import('../activities/loras.js');
  const { lackOfRenderer } = await import('./lack-of-renderer.js');
  const { ServerGate } = await import('./server-gate.js');
  const comfy = createComfyClient({ baseUrl: comfyUrl, lorasDir, outputDir, headers, logger: comfyLog });
  keepTidy(comfy, store, workDir, comfyLog, signal);
  return {
    activities: createRenderActivities({ store, workDir, comfy, modelFiles }),
    concurrency: 1,
    place: comfy.address,
    lackOf: lackOfRenderer(comfy),
    gate: new ServerGate(comfy, comfyLog),
    shutdownForceMs: renderShutdownForceMs,
    close: () => comfy.close(),
  };
}

async function trainActivities({ train, workDir, modelFiles }: WorkerOptions, store: ArtifactStore): Promise<object> {
  if (!train) throw new WorkerSettingError('The role train needs a trainer: give --aitoolkit DIR.');
  const { createTrainActivities } = await import('../activities/train-lora.js');
  const { createAiToolkit } = await import('../aitoolkit/index.js');
  return createTrainActivities({ store, workDir, modelFiles, trainer: createAiToolkit(train) });
}

async function identityOffer({ identity = {} }: WorkerOptions, store: ArtifactStore): Promise<RoleOffer> {
  const { createScoreActivities } = await import('../activities/score-faces.js');
  const { createAuditActivities } = await import('../activities/audit-dataset.js');
  const { embedder, crossCheck, clip } = identity;
  const opened = {
    embedder: once(() => open(embedder ?? 'default', store)),
    crossCheck: crossCheck === undefined ? undefined : once(() => open(crossCheck, store)),
    clip: clip === undefined ? undefined : once(async () => (await import('../faces/index.js')).openClip(clip)),
  };
  return {
    activities: { ...createScoreActivities({ store, ...opened }), ...createAuditActivities({ store }) },
    concurrency: identityConcurrency,
    // Nobody asked for the default: its files are fetched when there is something to score.
    check: async () => {
      if (embedder !== undefined) await opened.embedder();
      await opened.crossCheck?.();
      await opened.clip?.();
    },
  };
}

async function open(name: string, store: ArtifactStore): Promise<OpenedEmbedder> {
  const onProgress = (sentence: string) => process.stderr.write(`${sentence}\n`);
  const { openEmbedder } = await import('../faces/index.js');
  const { withMemory } = await import('../activities/measurement-records.js');
  return withMemory(await openEmbedder(name, { onProgress }), store);
}

/** Made at the first use, shared afterwards; a failure is forgotten, so that the next use tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}
