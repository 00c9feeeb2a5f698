import { type ArtifactStore, readJson } from '../../src/artifacts/artifact-store.js';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getClient } from '@temporalio/activity';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import sharp from 'sharp';
import { FailureInterceptor } from '../../src/activities/failure.js';
import type { Activities } from '../../src/run/activities.js';
import { CheckpointSignals } from '../../src/activities/checkpoint-signals.js';
import { createChoiceActivities } from '../../src/activities/choose-checkpoint.js';
import { createStopActivities } from '../../src/activities/judge-training.js';
import { createRunActivities } from '../../src/activities/keep-run.js';
import { createReleaseActivities } from '../../src/activities/loras.js';
import { keepTable } from '../../src/activities/render-batch.js';
import { keepGrid } from '../../src/activities/keep-grid.js';
import { whileBeating } from '../../src/activities/liveness.js';
import { Spending } from '../../src/activities/spending.js';
import type {
  ComparedFaces,
  RenderBatchInput,
  RenderBatchResult,
  RenderedGrid,
  ScoreFacesInput,
  ScoreFacesResult,
  TrainLoraInput,
  TrainLoraResult,
} from '../../src/run/contracts.js';
import type { TrainingHeartbeat } from '../../src/run/heartbeats.js';
import { createReportActivities } from '../../src/activities/write-report.js';
import { serializeSafetensors } from './safetensors.js';
import { openStore } from '../../src/artifacts/store.js';
import { AzitClient } from '../../src/client/index.js';
import { pitchOffsetDegrees } from '../../src/dataset/limits.js';
import { throughStore } from '../../src/payloads/large-payloads.js';
import type { Measured, ReportRecord } from '../../src/run/record.js';
import type { CheckpointSaved } from '../../src/run/training-record.js';
import type { ProjectFile } from '../../src/project/schema.js';
import { sweepItems } from '../../src/run/sweep-items.js';
import { StoreCheck } from '../../src/workers/store-check.js';
import { temporaryFolder } from './folder.js';
import { assertReplays } from './replayed.js';
import { ownPrefix, sharedTemporal } from './temporal.js';

/** Eight views, and two checkpoints of which the rule takes 40; gates are added by `approvals`. */
export const quickProject = {
  name: 'mina',
  anchor: { prompt: 'a woman', candidates: 3 },
  canonical: { candidates: 2 },
  dataset: { yaw: [-30, 0, 30], pitch: [0], distances: ['close'], expressions: ['neutral', 'smile'], heldOut: 2 },
  training: { steps: 40, saveEvery: 20 },
  // Fewer prompts than six can't separate two checkpoints.
  sweep: {
    steps: [20, 40],
    seeds: 1,
    prompts: ['face', 'beach', 'night', 'book', 'stage', 'rain'].map((at) => `[trigger], ${at}`),
  },
  editorial: { images: 1 },
} satisfies ProjectFile;

type AllActivities = Activities['pipeline'] & Activities['render'] & Activities['identity'] & Activities['train'];

export interface QuickOptions {
  /** In place of the quick ones: a failure, a latch, a spy. They may call the quick ones, which they are given. */
  activities?: (quick: AllActivities) => Partial<AllActivities>;
  /** What is found in a picture, in place of a face that every rule takes; `unit` names its stage or its checkpoint. */
  found?: (usual: Measured, unit: string, index: number) => Partial<Measured>;
  /** Before a checkpoint is saved: a latch, or a failure. */
  beforeSave?: (input: TrainLoraInput, step: number, signal: AbortSignal) => Promise<void>;
  /** Of an hour of the worker's GPU. */
  price?: number;
  /** Default: a folder of its own. */
  store?: string;
  /** As long as a heartbeat is held back at most. Default: 100 ms; a cancel comes with the answer to a beat. */
  beatWithin?: '100ms' | '250ms';
  /** Writes the real report folder: half a second a run. Default: its data as report.json. */
  realReport?: boolean;
}

/** The pipeline on a real Temporal, with activities that answer at once in the shapes of the real ones. */
export interface QuickRig {
  client: AzitClient;
  store: ArtifactStore;
  folder: string;
  taskQueuePrefix: string;
  address: string;
  /** What was asked of the activities, in order. */
  rendered: RenderBatchInput[];
  scored: ScoreFacesInput[];
  trained: TrainLoraInput[];
  reported: ReportRecord[];
  /** By run, what its trainer has saved. */
  savedBy: Map<string, CheckpointSaved[]>;
  close(): Promise<void>;
}

let bundled: Promise<WorkflowBundle> | undefined;

/** Today's sources, once a process: `dist` may be older. */
export const workflowBundle = (): Promise<WorkflowBundle> =>
  (bundled ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
    workflowInterceptorModules: ['../../src/workflows/store-mark.ts', 'one-queue.ts'].map((path) =>
      fileURLToPath(new URL(path, import.meta.url)),
    ),
    logger: new DefaultLogger('WARN'),
  }));

export async function startQuickRig(options: QuickOptions = {}): Promise<QuickRig> {
  const folder = await temporaryFolder();
  const location = options.store ?? join(folder, 'store');
  const store = await openStore(location);
  const taskQueuePrefix = ownPrefix();
  const { nativeConnection: connection, address, client: temporal } = await sharedTemporal();
  const asked = { rendered: [], scored: [], trained: [], reported: [] } as Pick<
    QuickRig,
    'rendered' | 'scored' | 'trained' | 'reported'
  >;
  const savedBy = new Map<string, CheckpointSaved[]>();
  const quick = quickActivities(store, { ...asked, savedBy }, options);
  const all = { ...quick, ...options.activities?.(quick) };
  const dataConverter = throughStore(() => Promise.resolve(store), 'worker');
  const worker = await Worker.create({
    connection,
    taskQueue: taskQueuePrefix,
    activities: all,
    dataConverter,
    workflowBundle: await workflowBundle(),
    maxHeartbeatThrottleInterval: options.beatWithin ?? '100ms',
    defaultHeartbeatThrottleInterval: options.beatWithin ?? '100ms',
    interceptors: {
      activity: [new FailureInterceptor(), new StoreCheck(store), new Spending(options.price ?? null)].map(
        (inbound) => () => ({ inbound }),
      ),
    },
  });
  const running = worker.run();
  const client = await AzitClient.connect({ store: location, taskQueuePrefix, temporal: { address } });
  const close = async (): Promise<void> => {
    worker.shutdown();
    await running;
    await assertReplays(temporal, taskQueuePrefix, { dataConverter, workflowBundle: await workflowBundle() });
    await client.close();
  };
  return { client, store, folder, taskQueuePrefix, address, ...asked, savedBy, close };
}

function quickActivities(
  store: ArtifactStore,
  asked: Pick<QuickRig, 'rendered' | 'scored' | 'trained' | 'reported' | 'savedBy'>,
  { beforeSave, found, realReport = false }: QuickOptions,
): AllActivities {
  const json = { name: 'graph.json', mediaType: 'application/json' };
  const report = createReportActivities({ store });
  return {
    ...createReleaseActivities({ store }),
    ...createRunActivities({ store }),
    ...createChoiceActivities({ store }),
    ...createStopActivities({ store }),
    tidyLoras: () => Promise.resolve([]),
    tellPeople: () => Promise.resolve(),
    async renderBatch(input: RenderBatchInput): Promise<RenderBatchResult> {
      asked.rendered.push(input);
      const graph = await store.putBytes(Buffer.from(JSON.stringify({ unit: input.unit })), json);
      const items = await Promise.all(
        (input.grid ? sweepItems(input.grid) : input.items).map(async ({ key, prompt, seed }) => {
          const name = `${input.stage}/${input.unit}/${key}/${input.round ?? 0}`;
          const image = await store.putBytes(await picture(name), { name: `${key}.png`, mediaType: 'image/png' });
          return { key, image, seed, prompt, promptId: name, graph, pixelsSha256: sha256(name) };
        }),
      );
      const server = { product: 'quick 1' };
      if (!input.grid) return { items, server };
      return { items: [], table: await keepTable(store, input.unit, input.grid, items), server };
    },
    async scoreFaces(input: ScoreFacesInput, faces?: ComparedFaces): Promise<ScoreFacesResult> {
      asked.scored.push({ ...input, ...faces });
      const grid = input.grid && (await readJson<RenderedGrid>(store, input.grid));
      const pictures = (grid?.items ?? input.images).map(({ key }, index) => {
        const usual = measuredAs(key, input.unit, index);
        const measured = { ...usual, ...found?.(usual, input.unit, index) };
        return { key, measured, expression: null, duplicateOf: null, error: null };
      });
      const embedders: ScoreFacesResult['embedders'] = [];
      if (!grid) return { pictures, embedders, generalisation: null };
      const none = () => Promise.resolve(null);
      return { pictures: [], embedders, ...(await keepGrid(store, input.unit, grid, pictures, none)) };
    },
    reuseUnits: ({ units }) => Promise.resolve(units.map(() => null)),
    auditDataset: () => Promise.resolve({ findings: [] }),
    async trainLora(input: TrainLoraInput): Promise<TrainLoraResult> {
      asked.trained.push(input);
      const steps = Array.from({ length: input.steps / input.saveEvery }, (_, index) => (index + 1) * input.saveEvery);
      const signals = new CheckpointSignals({ ...input, client: getClient(), toldStep: 0, onTrouble: console.error });
      const published = asked.savedBy.get(input.runId) ?? [];
      asked.savedBy.set(input.runId, published);
      const last = typeof input.upTo === 'number' ? input.upTo : input.steps;
      const missing = input.upTo === 'published' ? [] : steps.slice(published.length).filter((step) => step <= last);
      if (missing.length > 0)
        await whileBeating<TrainingHeartbeat, void>(quickBeat, async (_, signal) => {
          for (const step of missing) {
            await beforeSave?.(input, step, signal);
            if (signal.aborted) throw signal.reason;
            const file = { name: `${input.name}-${step}.safetensors`, mediaType: 'application/x-safetensors' };
            const saved = { step, lora: await store.putBytes(tinyLora(step), file), loss: 1 / step };
            published.push(saved);
            signals.tell(saved);
          }
        });
      await signals.end();
      const checkpoints = published.filter(({ step }) => step <= last);
      const loss = checkpoints.map(({ step }): [number, number] => [step, 1 / step]);
      return { checkpoints, resumes: [], loss, madeBy: 'quick 1', seconds: 1 };
    },
    async writeReport(data: ReportRecord) {
      asked.reported.push(data);
      if (realReport) return await report.writeReport(data);
      const ref = await store.putBytes(Buffer.from(JSON.stringify(data)), { ...json, name: 'report.json' });
      const list = Buffer.from(JSON.stringify([{ path: 'report.json', ref }]));
      return { manifest: await store.putBytes(list, { ...json, name: 'report-files.json' }), report: ref };
    },
  };
}

const quickBeat = { kind: 'training', phase: 'training', step: 0, steps: 0, loss: null, secondsPerStep: null } as const;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Small, real, and another for each name. */
async function picture(name: string): Promise<Buffer> {
  const background = `#${sha256(name).slice(0, 6)}`;
  return await sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toBuffer();
}

/** A face that every rule takes, posed as a view's key asks (`yaw-30-pitch0-close-neutral-0`); later steps are liker. */
function measuredAs(key: string, unit: string, index: number): Measured {
  const [, yaw = 0, pitch = 0] = (/^yaw(-?[\d.]+)-pitch(-?[\d.]+)-/.exec(key) ?? []).map(Number);
  const [, step = 0] = (/step-(\d+)/.exec(unit) ?? []).map(Number);
  const identity = (unit === 'baseline' ? 0.2 : Math.min(0.5 + step / 200, 0.8)) + (index % 3) / 100;
  return {
    width: 512,
    height: 512,
    faces: 1,
    box: [128, 128, 384, 384],
    pose: { yaw, pitch: pitch + pitchOffsetDegrees, roll: 0 },
    sharpness: 500,
    identity,
    nearestTraining: identity - 0.05,
  };
}

function tinyLora(step: number): Buffer {
  const tensor = { dtype: 'F32' as const, shape: [2, 2], data: [step, 1, 2, 3] };
  return serializeSafetensors(new Map([['diffusion_model.scene.lora_A.weight', tensor]]));
}
