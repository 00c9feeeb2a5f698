import type { CheckpointSaved } from '../../src/run/training-record.js';
import { type ArtifactStore, readJson } from '../../src/artifacts/artifact-store.js';
import type { SweepInput } from '../../src/run/sweep.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { createRenderActivities } from '../../src/activities/render-batch.js';
import type { ScoreFacesInput, SweepTable } from '../../src/run/contracts.js';
import { serializeSafetensors } from '../../test/support/safetensors.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import { openStore } from '../../src/artifacts/store.js';
import { createComfyClient, type ApiGraph, type ComfyClient } from '../../src/comfyui/index.js';
import { findTemporal } from '../../src/embedded/index.js';
import { EMBEDDING, TRAINABLE } from '../../src/sandbox/model/adapter.js';
import { taskQueueOf, workflowIdOf } from '../../src/project/names.js';
import { textToImage, withLora } from '../../test/comfyui/small-graph.js';
import { scoreFaces } from '../../test/support/no-faces.js';
import { figure } from '../figure.js';
import { startServers } from './servers.js';

/** One sweep on one server, the same on several (the goal is for 8), through the workflow, real workers and a real Temporal server. */
export async function sweepFigures(several: number, renderMs: number, seeds: number): Promise<void> {
  // With the control, units that the servers share out evenly.
  const checkpoints = 2 * several - 1;
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { path } = await findTemporal(() => undefined);
  const server = { executable: { type: 'existing-path', path } } as const;
  const temporal = await TestWorkflowEnvironment.createLocal({ server });
  const workflowsPath = fileURLToPath(new URL('sweep-workflows.ts', import.meta.url));
  const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const folder = await mkdtemp(join(tmpdir(), 'azit-bench-sweep-'));
  try {
    const seconds: Record<number, number> = {};
    for (const count of [1, several]) {
      const store = await openStore(join(folder, `store-${count}`));
      const parts = { temporal, bundle, store, folder };
      const warmUp = await inputOf(`warm-${count}`, count, count, 1, store);
      const ran = await sweepOn(
        count,
        renderMs,
        warmUp,
        await inputOf(`bench-${count}`, count, checkpoints, seeds, store),
        parts,
      );
      seconds[count] = ran.seconds;
      figure(`sandbox: loads of ${checkpoints} LoRAs by ${count} server${count > 1 ? 's' : ''}`, [ran.loads], '', {
        most: checkpoints,
      });
    }
    const ratio = seconds[1] / seconds[several];
    console.log(
      `sandbox: the sweep took ${seconds[1].toFixed(1)} s on 1 server, ${seconds[several].toFixed(1)} s on ${several}`,
    );
    figure(`sandbox: a sweep on ${several} servers, times as fast as on one`, [ratio], 'x', { least: 0.95 * several });
  } finally {
    await temporal.teardown();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Swept {
  sweep: SweepInput;
  saved: CheckpointSaved[];
}

interface Parts {
  temporal: TestWorkflowEnvironment;
  bundle: Awaited<ReturnType<typeof bundleWorkflowCode>>;
  store: ArtifactStore;
  folder: string;
}

/** Timed after another sweep through the same workers: a fleet is not started for one run. */
async function sweepOn(count: number, renderMs: number, warmUp: Swept, input: Swept, parts: Parts) {
  const { temporal, bundle: workflowBundle, store, folder } = parts;
  const { servers, close } = await startServers(count, renderMs);
  const clients = servers.map(({ url, baseDirectory }) =>
    createComfyClient({ baseUrl: url, lorasDir: join(baseDirectory, 'models', 'loras') }),
  );
  // One each: a connection serves only one worker a queue.
  const connections: NativeConnection[] = [];
  const connect = async (): Promise<NativeConnection> => {
    const connection = await NativeConnection.connect({ address: temporal.address });
    connections.push(connection);
    return connection;
  };
  const connection = await connect();
  const scored = (asked: ScoreFacesInput) => scoreFaces(asked, store);
  const { taskQueuePrefix, family } = input.sweep;
  const queue = (role: 'pipeline' | 'render' | 'identity') => taskQueueOf(taskQueuePrefix, role, family);
  const workers = await Promise.all([
    Worker.create({ connection, taskQueue: queue('pipeline'), workflowBundle }),
    Worker.create({ connection, taskQueue: queue('identity'), activities: { scoreFaces: scored } }),
    ...clients.map(async (comfy, index) =>
      Worker.create({
        connection: await connect(),
        taskQueue: queue('render'),
        activities: createRenderActivities({ comfy, store, workDir: join(folder, `work-${count}-${index}`) }),
        maxConcurrentActivityTaskExecutions: 1,
      }),
    ),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    const sweep = async (swept: Swept): Promise<ArtifactRef[]> =>
      await temporal.client.workflow.execute('benchSweep', {
        workflowId: workflowIdOf(swept.sweep.runId),
        taskQueue: queue('pipeline'),
        args: [swept.sweep, swept.saved],
      });
    await sweep(warmUp);
    const started = performance.now();
    const tables = await sweep(input);
    return { seconds: (performance.now() - started) / 1000, loads: await loadsOf(tables, clients, store) };
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
    for (const opened of connections) await opened.close();
    for (const client of clients) await client.close();
    await close();
  }
}

/** Prompts for which the server's LoRA loader had to run. */
async function loadsOf(refs: ArtifactRef[], clients: ComfyClient[], store: ArtifactStore) {
  let loads = 0;
  const tables = await Promise.all(refs.map((table) => readJson<SweepTable>(store, table)));
  for (const { rendered } of tables.flatMap(({ samples }) => samples)) {
    const graph = JSON.parse((await store.readBytes(rendered.graph)).toString()) as ApiGraph;
    const loader = Object.keys(graph).find((id) => graph[id]._meta?.title === 'azit:lora') ?? '';
    for (const client of clients) {
      const state = await client.find(rendered.promptId);
      if (state.kind === 'done' && !state.cachedNodes.includes(loader)) loads++;
    }
  }
  return loads;
}

async function inputOf(
  runId: string,
  count: number,
  checkpoints: number,
  seeds: number,
  store: ArtifactStore,
): Promise<Swept> {
  const saved: CheckpointSaved[] = [];
  for (let index = 1; index <= checkpoints; index++) {
    const file = { name: `${index}.safetensors`, mediaType: 'application/x-safetensors' };
    saved.push({ step: index * 10, lora: await store.putBytes(loraOf(runId, index), file) });
  }
  const graphs = {
    'text-to-image': small(textToImage(checkpoint)),
    'text-to-image-lora': small(withLora(textToImage(checkpoint))),
  };
  const sweep: SweepInput = {
    runId,
    graphs: Object.fromEntries(
      await Promise.all(Object.entries(graphs).map(async ([kind, graph]) => [kind, await put(graph, store)] as const)),
    ),
    family: 'sandbox',
    taskQueuePrefix: `bench-${count}`,
    seed: 1,
    sweep: {
      steps: saved.map(({ step }) => step),
      seeds,
      strength: 1,
      prompts: prompts.map((id) => ({ id, text: id })),
    },
    references: [],
    training: [],
  };
  return { sweep, saved };
}

const checkpoint = 'sandbox.safetensors';

/** Of its own 64 pixels: eight servers that write large pictures would wait for this machine's cores, not for us. */
const small = (graph: ApiGraph): ApiGraph => ({ ...graph, '5': { ...graph['5'], _meta: {} } });

const put = async (graph: ApiGraph, store: ArtifactStore): Promise<ArtifactRef> =>
  await store.putBytes(Buffer.from(JSON.stringify(graph)), { name: 'bench.json', mediaType: 'application/json' });

/** As many as a project has where it names none. */
const prompts = ['portrait', 'stage', 'editorial-i', 'editorial-ii'];

function loraOf(runId: string, index: number): Buffer {
  const values = (count: number): number[] =>
    Array.from({ length: count }, (_, at) => Math.sin(at * index + runId.length));
  const tensor = (shape: number[]) => ({ dtype: 'F32' as const, shape, data: values(shape[0] * shape[1]) });
  return serializeSafetensors(
    new Map([
      ['diffusion_model.scene.lora_A.weight', tensor([2, EMBEDDING])],
      ['diffusion_model.scene.lora_B.weight', tensor([TRAINABLE.length, 2])],
    ]),
  );
}
