import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Activities } from '../../src/run/activities.js';
import { keepTable } from '../../src/activities/render-batch.js';
import type { RenderBatchInput, RenderedItem } from '../../src/run/contracts.js';
import type { ArtifactRef } from '../../src/run/ref.js';
import { connectTemporal } from '../../src/client/connect.js';
import { identify } from '../../src/artifacts/identity.js';
import { startPipeline } from '../../src/client/start.js';
import { loadProjectObject } from '../../src/project/load.js';
import { workflowIdOf, sweepWorkflowIdOf } from '../../src/project/names.js';
import type { ProjectFile } from '../../src/project/schema.js';
import { sweepItems } from '../../src/run/sweep-items.js';
import { startQuickRig, type QuickRig } from '../support/quick-run.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const refOf = (name: string): ArtifactRef => ({ sha256: sha256(name), bytes: 1_000_000, mediaType: 'image/png', name });
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
/** Of the longest that the schema takes, three bytes a character, no two alike. */
const prompts = (count: number) =>
  range(count).map((index) => ({ id: `${'p'.repeat(37)}-${index}`, text: `${index} ${'顔'.repeat(3_990)}` }));

/** Every list and number of the schema at its maximum. */
const largest = {
  name: 'ä'.repeat(64),
  trigger: '𠮷'.repeat(32),
  anchor: { prompt: '顔'.repeat(4_000), consent: '顔'.repeat(4_000), candidates: 64 },
  canonical: { candidates: 64 },
  dataset: {
    yaw: range(15).map((index) => index * 10 - 70.123456789),
    pitch: range(9).map((index) => index * 10 - 40.123456789),
    heldOut: 50,
  },
  training: {
    steps: 1_000_000,
    saveEvery: 2_000,
    validateEvery: 1,
    rank: 256,
    // 63 of its 64 KiB.
    override: { network: { network_kwargs: { ignore_if_contains: range(63).map(() => 'x'.repeat(1_020)) } } },
  },
  sweep: { steps: range(50).map((index) => (index + 451) * 2_000), seeds: 32, prompts: prompts(16) },
  editorial: { prompts: prompts(32), images: 256 },
  approvals: ['checkpoint'],
} satisfies ProjectFile;

/** What the real ones say, of pictures that nobody has drawn. */
const undrawn = (rig: () => QuickRig) => (): Partial<Activities['render'] & Activities['train']> => ({
  async renderBatch({ grid, items, stage, unit, round }: RenderBatchInput) {
    const graph = refOf('graph.json');
    const drawn = (grid ? sweepItems(grid) : items).map(({ key, prompt, seed }): RenderedItem => {
      const name = `${stage}/${unit}/${key}/${round ?? 0}`;
      return { key, image: refOf(name), seed, prompt, promptId: sha256(name), graph, pixelsSha256: sha256(name) };
    });
    const server = { version: '0.33.0' };
    if (!grid) return { items: drawn, server };
    return { items: [], table: await keepTable(rig().store, unit, grid, drawn), server };
  },
  trainLora({ steps, saveEvery }) {
    const saves = range(steps / saveEvery).map((index) => (index + 1) * saveEvery);
    const points = range(600).map((index): [number, number] => [index, 1 / (index + 1)]);
    return Promise.resolve({
      checkpoints: saves.map((step) => ({ step, lora: refOf(`${step}.safetensors`), loss: 0.123456 })),
      resumes: range(1_000).map((attempt) => ({ attempt, fromStep: attempt, atStep: attempt })),
      loss: points,
      validation: points,
      madeBy: 'ai-toolkit',
      seconds: 1,
    });
  },
});

describe('a run of everything at its documented maximum', function () {
  this.timeout(300_000);
  let rig: QuickRig;
  before(async () => {
    rig = await startQuickRig({ activities: undrawn(() => rig) });
  });
  after(async () => {
    await rig.close();
    await stopSharedTemporal();
  });

  /** 25,600 pictures take their time, on a small machine minutes. */
  async function atGate(runId: string): Promise<void> {
    const run = rig.client.run(runId);
    for await (const { status } of run.watch()) if (status.waitingFor ?? status.help) break;
    assert.equal((await run.status()).help, null);
  }

  async function assertSmallHistories(runId: string): Promise<void> {
    const { client } = await sharedTemporal();
    for (const id of [workflowIdOf(runId), sweepWorkflowIdOf(runId)]) {
      const { historyLength, historySize } = await client.workflow.getHandle(id).describe();
      assert.ok(historyLength < 2_000, `${id}: ${historyLength} events`);
      assert.ok(historySize !== undefined && historySize < 2 * 1024 * 1024, `${id}: ${historySize} bytes`);
    }
  }

  it('ends, with 25,600 images in its sweep, and tells how it stands, before a decision and after', async () => {
    const run = await rig.client.start(largest, { id: 'largest' });
    await atGate('largest');
    const status = await run.status();
    assert.equal(status.waitingFor?.options.length, 50);
    assert.ok(JSON.stringify(status).length < 64 * 1024, 'what is asked for twice a second is short');
    const { strips } = await run.reportData();
    assert.equal(strips.flatMap(({ images }) => images).length, 50 * 32 * 16);
    await run.choose({ step: 1_000_000 });
    assert.equal((await run.result()).chosenStep, 1_000_000);
    assert.equal((await run.reportData()).editorial.length, 256);
    await assertSmallHistories('largest');
  });

  it('with every checkpoint at six strengths goes as far, and tells of each', async () => {
    const strength = [0.5, 0.6, 0.7, 0.8, 0.9, 1];
    const project = { ...largest, sweep: { ...largest.sweep, seeds: 1, strength } };
    const run = await rig.client.start(project, { id: 'strengths' });
    await atGate('strengths');
    const status = await run.status();
    assert.equal(status.sweep.flatMap(({ strengths = [] }) => strengths).length, 50 * 6);
    assert.equal(status.waitingFor?.options.length, 50);
    assert.ok(JSON.stringify(status).length < 96 * 1024, 'what is asked for twice a second is short');
    await run.choose({ step: 1_000_000, strength: 0.7 });
    assert.equal((await run.result()).chosenStrength, 0.7);
    await assertSmallHistories('strengths');
  });

  it('with 1,000 own images and captions of 16 KiB each goes as far, and can be cancelled', async () => {
    const { anchor: _, dataset: { heldOut }, ...project } = largest; // prettier-ignore
    const steps = project.sweep.steps.slice(-2);
    const small = { ...project, sweep: { ...project.sweep, steps, seeds: 1 }, dataset: { heldOut } };
    const { project: resolved } = await loadProjectObject({ ...small, anchor: largest.anchor });
    const { client } = await connectTemporal({ address: rig.address }, () => Promise.resolve(rig.store));
    const datasetImages = range(1_000).map((index) => {
      return { image: refOf(`${'n'.repeat(200)}-${index}.png`), caption: `${index} ${'c'.repeat(16_000)}` };
    });
    const { anchor: __, ...withoutAnchor } = resolved;
    const input = { runId: 'own', project: withoutAnchor, projectSha256: sha256('own'), datasetImages };
    await startPipeline(client, { ...input, taskQueuePrefix: rig.taskQueuePrefix }, await identify(rig.store));
    const run = rig.client.run('own');
    await atGate('own');
    assert.equal(rig.trained.length, 0, 'the undrawn trainer has it');
    await run.cancel();
    assert.deepEqual(await run.outcome(), { kind: 'cancelled' });
    await assertSmallHistories('own');
    await client.connection.close();
  });
});
