import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createAuditActivities } from '../activities/audit-dataset.js';
import { createChoiceActivities } from '../activities/choose-checkpoint.js';
import { createRunActivities } from '../activities/keep-run.js';
import { createStopActivities } from '../activities/judge-training.js';
import { createReleaseActivities, keepTidy } from '../activities/loras.js';
import { withMemory } from '../activities/measurement-records.js';
import { createRenderActivities } from '../activities/render-batch.js';
import { createScoreActivities } from '../activities/score-faces.js';
import { createNoticeActivities } from '../activities/tell-people.js';
import { createTrainActivities } from '../activities/train-lora.js';
import { createReportActivities } from '../activities/write-report.js';
import { createAiToolkit } from '../aitoolkit/index.js';
import { createComfyClient } from '../comfyui/index.js';
import { openClip, openEmbedder, type OpenedEmbedder } from '../faces/index.js';
import { Outbox } from '../notify/index.js';
import type { Role } from '../project/names.js';
import { comfyLog } from './logging.js';
import type { WorkerGate } from './worker-gate.js';
import { lackOfRenderer, type LackOf } from './lack.js';
import { WorkerSettingError, type WorkerOptions } from './options.js';
import { ServerGate } from './server-gate.js';

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

/** What a role does on this machine, and how much of it at once: one unit a server, one trainer a GPU. */
export function offerOf(role: Role, options: WorkerOptions, store: ArtifactStore): RoleOffer {
  return { store, price: options.price, ...roleOffer(role, options, store) };
}

function roleOffer(role: Role, options: WorkerOptions, store: ArtifactStore): RoleOffer {
  switch (role) {
    case 'pipeline':
      return pipelineOffer(options, store);
    case 'identity':
      return identityOffer(options, store);
    case 'render':
      return renderOffer(options, store);
    case 'train':
      return { activities: trainActivities(options, store), concurrency: 1 };
  }
}

function pipelineOffer({ notify, workDir }: WorkerOptions, store: ArtifactStore): RoleOffer {
  const onTrouble = (sentence: string): void => comfyLog.warn({}, sentence);
  const outbox = notify ? new Outbox({ settings: notify, folder: join(workDir, 'outbox'), onTrouble }) : null;
  return {
    activities: {
      ...createReportActivities({ store }),
      ...createReleaseActivities({ store }),
      ...createRunActivities({ store }),
      ...createChoiceActivities({ store }),
      ...createStopActivities({ store }),
      ...createNoticeActivities({ outbox }),
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

function renderOffer({ render, workDir, modelFiles, signal }: WorkerOptions, store: ArtifactStore): RoleOffer {
  if (!render) throw new WorkerSettingError('The role render needs a server: give --comfyui URL.');
  const { comfyUrl, lorasDir, outputDir, headers } = render;
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

function trainActivities({ train, workDir, modelFiles }: WorkerOptions, store: ArtifactStore): object {
  if (!train) throw new WorkerSettingError('The role train needs a trainer: give --aitoolkit DIR.');
  return createTrainActivities({ store, workDir, modelFiles, trainer: createAiToolkit(train) });
}

function identityOffer({ identity = {} }: WorkerOptions, store: ArtifactStore): RoleOffer {
  const { embedder, crossCheck, clip } = identity;
  const opened = {
    embedder: once(() => open(embedder ?? 'default', store)),
    crossCheck: crossCheck === undefined ? undefined : once(() => open(crossCheck, store)),
    clip: clip === undefined ? undefined : once(() => openClip(clip)),
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
