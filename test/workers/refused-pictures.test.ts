import assert from 'node:assert/strict';
import type { CheckpointSaved } from '../../src/run/training-record.js';
import { type ArtifactStore, readJson } from '../../src/artifacts/artifact-store.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { createRunActivities } from '../../src/activities/keep-run.js';
import { createRenderActivities } from '../../src/activities/render-batch.js';
import { serializeSafetensors } from '../support/safetensors.js';
import type { ChooseCheckpointInput, ScoreFacesInput, ScoreFacesResult, SweepTable } from '../../src/run/contracts.js';
import { openStore } from '../../src/artifacts/store.js';
import { promptIdOf } from '../../src/comfyui/index.js';
import { EMBEDDING, TRAINABLE } from '../../src/sandbox/model/adapter.js';
import { loadProject } from '../../src/project/load.js';
import { taskQueueOf, workflowIdOf } from '../../src/project/names.js';
import type { PipelineInput } from '../../src/run/messages.js';
import { resumeUpdate, statusQuery } from '../../src/workflows/messages.js';
import { startRig, type Rig } from '../comfyui/rig.js';
import { temporaryFolder } from '../support/folder.js';
import { scoreFaces } from '../support/no-faces.js';
import { ownPrefix, sharedTemporal, stopSharedTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

const steps = [10, 20, 30];
const units = ['baseline', ...steps.map((step) => `step-${step}`)];

describe('images of a sweep that were refused', () => {
  const prefix = ownPrefix();
  const queue = (role: 'pipeline' | 'render' | 'identity') => taskQueueOf(prefix, role, 'sandbox');
  let folder: string;
  let rig: Rig;
  let store: ArtifactStore;
  let workers: Worker[];
  let running: Promise<unknown>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azit-refused-'));
    store = await openStore(join(folder, 'store'));
    rig = await startRig(10);
    const { nativeConnection: connection } = await sharedTemporal();
    const workflowsPath = fileURLToPath(new URL('sweep-with-help.ts', import.meta.url));
    const render = createRenderActivities({ comfy: rig.client, store, workDir: join(folder, 'work') });
    workers = await Promise.all([
      Worker.create({
        connection,
        taskQueue: queue('pipeline'),
        workflowsPath,
        activities: createRunActivities({ store }),
      }),
      Worker.create({
        connection,
        taskQueue: queue('identity'),
        activities: { scoreFaces: scoreAndNote(store), auditDataset: () => Promise.resolve({ findings: [] }) },
      }),
      Worker.create({
        connection,
        taskQueue: queue('render'),
        activities: render,
        maxConcurrentActivityTaskExecutions: units.length,
      }),
    ]);
    running = Promise.all(workers.map((worker) => worker.run()));
  });
  after(async () => {
    for (const worker of workers) worker.shutdown();
    await running;
    await rig.close();
    await rm(folder, { recursive: true });
    await stopSharedTemporal();
  });
  afterEach(() => rig.proxy.heal());

  /** The server draws as if it had another model: what these LoRAs change does not show. `last`: after all others. */
  function ignoreLoras(ignored: RegExp, last = false): void {
    const others = units.filter((unit) => !ignored.test(`${unit}-`));
    rig.proxy.rewrite = async (_, body) => {
      const request = JSON.parse(body) as { prompt: Record<string, { inputs: Record<string, unknown> }> };
      for (const { inputs } of Object.values(request.prompt)) {
        if (!ignored.test(String(inputs.lora_name))) continue;
        inputs.strength_model = 0;
        if (last) await until('the others are judged', () => others.every((unit) => scored.has(unit)));
      }
      return JSON.stringify(request);
    };
  }

  /** @returns the prompts of each unit before and after a person's cure */
  async function sweepWithCure(runId: string, expected: RegExp): Promise<Map<string, string[]>[]> {
    const { client } = await sharedTemporal();
    const handle = await client.workflow.start('sweepWithHelp', {
      workflowId: workflowIdOf(runId),
      taskQueue: queue('pipeline'),
      args: [await inputOf(runId), await checkpointsOf(store)],
    });
    const help = async () => (await handle.query(statusQuery)).help;
    await until('the run asks for help', async () => (await help()) !== null);
    assert.match((await help())?.text ?? '', expected);
    const before = new Map(units.map((unit) => [unit, [promptIdOf([runId, 'sweep', unit, 'base.0'])]]));
    rig.proxy.heal();
    await handle.executeUpdate(resumeUpdate, { args: [{}] });
    const { baseline, checkpoints } = (await handle.result()) as Pick<
      ChooseCheckpointInput,
      'baseline' | 'checkpoints'
    >;
    assert.equal(checkpoints.length, steps.length);
    const tables = [baseline, ...checkpoints].map(({ table }) => readJson<SweepTable>(store, table));
    const sets = (await Promise.all(tables)).map(({ samples }) => samples);
    const after = new Map(units.map((unit, index) => [unit, sets[index].map(({ rendered }) => rendered.promptId)]));
    const pixels = sets.flat().map(({ rendered }) => rendered.pixelsSha256);
    assert.equal(new Set(pixels).size, pixels.length, 'every LoRA shows');
    return [before, after];
  }

  async function inputOf(runId: string): Promise<PipelineInput> {
    // Of its own: runs share what they render.
    const sweep = { steps, seeds: 1, prompts: [{ id: 'base', text: `a face, ${runId}` }] };
    const yaml = { name: 'mina', anchor: { prompt: 'a face' }, training: { steps: 30, saveEvery: 10 }, sweep };
    const { project } = await loadProject(`${await temporaryFolder({ 'azit.yaml': JSON.stringify(yaml) })}/azit.yaml`);
    return { runId, project, projectSha256: '', taskQueuePrefix: prefix, searchAttributes: false };
  }

  it('are drawn anew after a cure, and only those: what had passed stays', async () => {
    ignoreLoras(/step-20-/, true);
    const [before, after] = await sweepWithCure(
      'one',
      /The LoRA of step 20 changes nothing: all \d+ images equal those without it/,
    );
    const anew = units.filter((unit) => after.get(unit)?.[0] !== before.get(unit)?.[0]);
    assert.deepEqual(anew, ['step-20']);
  });

  it('are drawn anew with their control where none passed, since that may be of the wrong model too', async () => {
    ignoreLoras(/./);
    const [before, after] = await sweepWithCure('all', /equal those without it/);
    const anew = units.filter((unit) => after.get(unit)?.[0] !== before.get(unit)?.[0]);
    assert.deepEqual(anew, units);
  });
});

async function checkpointsOf(store: ArtifactStore): Promise<CheckpointSaved[]> {
  return await Promise.all(
    steps.map(async (step) => {
      const file = { name: `${step}.safetensors`, mediaType: 'application/x-safetensors' };
      return { step, lora: await store.putBytes(loraOf(step), file) };
    }),
  );
}

function loraOf(step: number): Buffer {
  const values = (count: number): number[] => Array.from({ length: count }, (_, at) => Math.sin(at * step));
  const tensor = (shape: number[]) => ({ dtype: 'F32' as const, shape, data: values(shape[0] * shape[1]) });
  return serializeSafetensors(
    new Map([
      ['diffusion_model.scene.lora_A.weight', tensor([2, EMBEDDING])],
      ['diffusion_model.scene.lora_B.weight', tensor([TRAINABLE.length, 2])],
    ]),
  );
}

const scored = new Set<string>();

/** What is scored has been judged. */
const scoreAndNote =
  (store: ArtifactStore) =>
  async (input: ScoreFacesInput): Promise<ScoreFacesResult> => {
    scored.add(input.unit);
    return await scoreFaces(input, store);
  };
