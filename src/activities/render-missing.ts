import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { readSafetensorsHeader, type TensorInfo } from '../artifacts/safetensors.js';
import type { ApiGraph, ComfyClient, RenderedImage, RenderJob, ServerStats } from '../comfyui/index.js';
import { fillGraph, graphSha256, readPixels, requireFor, serverWords } from '../comfyui/index.js';
import type { ModelFiles } from '../project/model-files.js';
import type { RenderBatchInput, RenderBatchResult, RenderedItem, RenderItem } from '../run/contracts.js';
import type { ArtifactRef } from '../run/ref.js';
import { inputImagesOf } from '../run/input-images.js';
import { joinServers, type RenderServer } from '../run/render-server.js';
import { withLoraFile } from './lora-file.js';
import { LoraLog } from './lora-log.js';
import { isAtWork, holderOf, type Holder } from './holder.js';
import { unitKeysOf, type KeptLosses } from './render-records.js';
import { inTurns } from './render-turn.js';
import { idOf, isDrawnAnew, ownRecord, type Unit } from './render-unit.js';

export interface RenderDeps {
  comfy: ComfyClient;
  store: ArtifactStore;
  /** Where LoRAs wait on their way from the store to the server. */
  workDir: string;
  /** The server's own names for the model files of families. */
  modelFiles?: ModelFiles;
  /** Whether an attempt that has claimed an image still works. Default: as Temporal says. */
  isAtWork?: (holder: Holder) => Promise<boolean>;
}

interface PlannedItem {
  item: RenderItem;
  promptId: string;
  graph: ApiGraph;
}

export type Drawn = Pick<RenderBatchResult, 'server'> & KeptLosses & { servers: RenderServer[] };

/**
 * Renders what no run has rendered yet, on this server. The states of a unit:
 * Known: other runs have rendered every item; only the records are read, and the LoRA is not loaded.
 * Prepared: the LoRA and the input images are on the server; each item has its graph and its prompt id.
 * Shared out: of the open ones, those that no other run's attempt renders at the moment are ours.
 * Rendering: two prompts are in the server's queue (one after a refusal). Each image goes into the store, then its record,
 * then the server's copy is removed, so the next attempt renders only items without a record.
 * Waiting: the other run's images are looked for until they are in the store, or are ours since it no longer works.
 * Finished: what the server's log said about the LoRA is kept with the unit; the workflow judges it.
 */
export async function renderMissing(
  unit: Unit,
  { comfy, store, workDir, isAtWork: asked = isAtWork }: RenderDeps,
  signal: AbortSignal,
  { onDone, onWait }: { onDone(done: number): void; onWait(holder: Holder): void },
): Promise<Drawn> {
  const { input, known, records, keys } = unit;
  if (isOthersWork(unit)) return { ...(await keptLosses(unit)), server: toldOf(await comfy.stats()), servers: [] };
  // Own graphs too: it is the server that knows the model's LoRAs.
  await requireFor(comfy, input.family);
  const lora = input.lora && (await bringLora(input.lora, { comfy, store, workDir }, signal));
  const planned = await planItems(unit, comfy, store, lora);
  const log = lora && (await LoraLog.open(comfy, lora.tensors, store, planned[0].promptId));
  const isRefused = input.round !== undefined;
  const isAnew = isDrawnAnew(input);
  let server: RenderServer | undefined;
  let servers: RenderServer[] = [];
  async function render(plans: PlannedItem[]): Promise<void> {
    const byId = new Map(plans.map((plan) => [plan.promptId, plan]));
    // One by one after a refusal: the first sees to it that the cache is empty, and one behind it would be drawn from that.
    const jobs = plans.map(({ promptId, graph }, index): RenderJob => ({
      promptId,
      graph,
      fresh: isRefused && index === 0,
    }));
    for await (const { job, image } of comfy.renderAll(jobs, { signal, depth: isRefused ? 1 : 2 })) {
      const plan = byId.get(job.promptId);
      if (!plan) continue;
      if (image.server) servers = joinServers(servers, [(server = toldOf(image.server))]);
      const rendered = await renderedOf(store, plan, image);
      const key = keys.get(plan.item) ?? '';
      known.set(plan.item, await records.keep(key, plan.item, { ...rendered, by: input.runId }, isAnew));
      if (isAnew) await store.putRecord(ownRecord(job.promptId), rendered);
      // At once: the next attempt may be another server's.
      await comfy.removeOutputs([plan.graph]);
      onDone(known.size);
      await log?.look(image.executions);
    }
  }
  const open = (): Map<RenderItem, string> => new Map([...keys].filter(([item]) => !known.has(item)));
  const renderThese = async (these: ReadonlyMap<RenderItem, string>): Promise<void> =>
    await render(planned.filter(({ item }) => these.has(item)));
  if (isAnew) await renderThese(open());
  else
    await inTurns(
      { store, own: holderOf(input), isAtWork: asked, onWait, signal },
      {
        open,
        render: renderThese,
        async look(elsewhere) {
          for (const [item, kept] of await records.known(elsewhere)) known.set(item, kept);
          onDone(known.size);
        },
      },
    );
  await comfy.removeOutputs(planned.map(({ graph }) => graph));
  const losses = (await log?.unapplied()) ?? {};
  if (lora) for (const key of lossesKeysOf(unit)) await records.keepLosses(key, losses);
  return { ...losses, server: server ?? toldOf(await comfy.stats()), servers };
}

/** Of an attempt before, the server's log may tell more, and its copies are to go: that is not taken as it is. */
export const isOthersWork = ({ items, known, input }: Unit): boolean =>
  items.every((item) => known.has(item) && known.get(item)?.by !== input.runId);

export const keptLosses = async (unit: Unit): Promise<KeptLosses> => await unit.records.losses(lossesKeysOf(unit)[0]);

const lossesKeysOf = ({ template, input, items }: Unit): string[] => unitKeysOf(template, input, items);

const toldOf = ({ product, version, flags }: ServerStats): RenderServer => ({
  ...(product ? { product, api: version } : { version }),
  flags,
});

async function planItems(
  { input, items, template }: Unit,
  comfy: ComfyClient,
  store: ArtifactStore,
  lora: BroughtLora | undefined,
): Promise<PlannedItem[]> {
  const uploads = new Map<string, string>();
  const planned: PlannedItem[] = [];
  for (const item of items) {
    const given: string[] = [];
    for (const one of inputImagesOf(item)) given.push(await uploadOnce(one, uploads, comfy, store));
    const [image, ...furtherImages] = given;
    const { negative, size, denoise } = input;
    const atStrength = lora && { ...lora, strength: item.strength ?? lora.strength };
    const what = {
      prompt: item.prompt,
      negative,
      seed: item.seed,
      size,
      denoise,
      image,
      furtherImages,
      lora: atStrength,
    };
    const graph = fillGraph(template, what);
    planned.push({ item, graph, promptId: idOf(input, item) });
  }
  return planned;
}

interface BroughtLora {
  /** As the server lists it. */
  name: string;
  strength: number;
  tensors: TensorInfo[];
}

async function bringLora(
  { file, label, user, strength }: NonNullable<RenderBatchInput['lora']>,
  { comfy, store, workDir }: RenderDeps,
  signal: AbortSignal,
): Promise<BroughtLora> {
  return await withLoraFile(store, file, workDir, async (path) => {
    const name = await comfy.ensureLora(path, file.sha256, label, user, signal);
    const { tensors } = await readSafetensorsHeader(path);
    return { name, strength, tensors };
  });
}

async function uploadOnce(
  image: ArtifactRef,
  uploads: Map<string, string>,
  comfy: ComfyClient,
  store: ArtifactStore,
): Promise<string> {
  const name = uploads.get(image.sha256) ?? (await comfy.uploadImage(await store.readBytes(image), image.sha256));
  uploads.set(image.sha256, name);
  return name;
}

async function renderedOf(
  store: ArtifactStore,
  { item, promptId, graph }: PlannedItem,
  { bytes, mediaType, server }: RenderedImage,
): Promise<RenderedItem> {
  const extension = mediaType.replace('image/', '').replace('jpeg', 'jpg');
  const graphJson = Buffer.from(JSON.stringify(graph, null, 2));
  const [image, graphRef, pixels] = await Promise.all([
    store.putBytes(bytes, { name: `${item.key}.${extension}`, mediaType }),
    store.putBytes(graphJson, { name: `${graphSha256(graph).slice(0, 12)}.json`, mediaType: 'application/json' }),
    readPixels(bytes),
  ]);
  return {
    key: item.key,
    image,
    seed: item.seed,
    prompt: item.prompt,
    promptId,
    graph: graphRef,
    server: server ? serverWords(server) : undefined,
    ...(pixels ? { pixelsSha256: pixels.sha256, ...(pixels.black && { isBlack: true }) } : {}),
  };
}
