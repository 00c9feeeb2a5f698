import type { Activities } from '../run/activities.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { ArtifactRef } from '../run/ref.js';
import { readSafetensorsHeader, type TensorInfo } from '../artifacts/safetensors.js';
import type { ApiGraph, ComfyClient, RenderedImage, RenderJob, ServerStats } from '../comfyui/index.js';
import {
  fillGraph,
  graphSha256,
  loadFamilyGraph,
  parseGraph,
  promptIdOf,
  readPixels,
  serverWords,
} from '../comfyui/index.js';
import { parseGraphJson } from '../project/graph-json.js';
import { withoutLora } from '../project/graph-lora.js';
import { withModelFiles, type ModelFiles } from '../project/model-files.js';
import { joinServers, type RenderServer } from '../run/render-server.js';
import { sweepItems, type PromptGrid } from '../run/sweep-items.js';
import { whileBeating } from './liveness.js';
import { withLoraFile } from './lora-file.js';
import { tidyServer } from './loras.js';
import { LoraLog } from './lora-log.js';
import { putJson } from './stored-json.js';
import type {
  RenderBatchInput,
  RenderBatchResult,
  RenderedGrid,
  RenderedItem,
  RenderItem,
  RenderTable,
  BatchHeartbeat,
} from '../run/contracts.js';

export interface RenderDeps {
  comfy: ComfyClient;
  store: ArtifactStore;
  /** Where LoRAs wait on their way from the store to the server. */
  workDir: string;
  /** The server's own names for the model files of families. */
  modelFiles?: ModelFiles;
}

interface PlannedItem {
  item: RenderItem;
  promptId: string;
  graph: ApiGraph;
}

export const createRenderActivities = (deps: RenderDeps): Activities['render'] => ({
  /**
   * Renders a unit of prompts on this worker's server. First the LoRA is brought to the server and every graph is filled
   * in; each item is then `known` (its record is in the store: a former attempt kept it) or open. Open ones are queued,
   * two deep, and each is kept as it comes: pixels hashed, picture and graph stored, and last its record, which counts;
   * then the server's copy goes. Safe to run twice, and on another server: prompt ids are derived from the request.
   */
  async renderBatch(input: RenderBatchInput): Promise<RenderBatchResult> {
    const { comfy, store } = deps;
    const items = input.grid ? sweepItems(input.grid) : input.items;
    const beat = (done: number): BatchHeartbeat => ({ kind: 'batch', what: 'render', done, of: items.length });
    return await whileBeating(beat(0), async (report, signal) => {
      const lora = input.lora && (await bringLora(input.lora, deps, signal));
      const planned = await planItems({ ...input, items }, deps, lora);
      const rendered = new Map<string, RenderedItem>();
      for (const { item, promptId } of planned) {
        const known = await store.getRecord<RenderedItem>(recordKey(promptId));
        if (known) rendered.set(item.key, known);
      }
      report(beat(rendered.size));
      const open = planned.filter(({ item }) => !rendered.has(item.key));
      const byId = new Map(open.map((plan) => [plan.promptId, plan]));
      const log = lora && (await LoraLog.open(comfy, lora.tensors, store, planned[0].promptId));
      // One by one after a refusal: the first sees to it that the cache is empty, and one behind it would be drawn from that.
      const isAnew = input.round !== undefined;
      const jobs = open.map(({ promptId, graph }, index): RenderJob => ({
        promptId,
        graph,
        fresh: isAnew && index === 0,
      }));
      let server: RenderServer | undefined;
      let servers: RenderServer[] = [];
      for await (const { job, image } of comfy.renderAll(jobs, { signal, depth: isAnew ? 1 : 2 })) {
        const plan = byId.get(job.promptId);
        if (!plan) continue;
        if (image.server) servers = joinServers(servers, [(server = toldOf(image.server))]);
        rendered.set(plan.item.key, await keep(store, plan, image, input.stage));
        // At once: the next attempt may be another server's.
        await comfy.removeOutputs([plan.graph]);
        report(beat(rendered.size));
        await log?.look();
      }
      await comfy.removeOutputs(planned.map(({ graph }) => graph));
      const pictures = items.map(({ key }) => found(rendered, key));
      const result = {
        ...(await log?.unapplied()),
        server: server ?? toldOf(await comfy.stats()),
        servers: joinServers(servers, pictures.flatMap(byName)),
      };
      if (!input.grid) return { items: pictures, ...result };
      return { items: [], table: await keepTable(store, input.unit, input.grid, pictures), ...result };
    });
  },

  /** Removes the LoRAs from this worker's server that nobody needs any more. */
  async tidyLoras(): Promise<string[]> {
    return await tidyServer(deps.comfy, deps.store);
  },
});

const recordKey = (promptId: string): string => `renders/${promptId}`;

async function planItems(
  input: RenderBatchInput,
  { comfy, store, modelFiles = {} }: RenderDeps,
  lora: BroughtLora | undefined,
): Promise<PlannedItem[]> {
  const template = await templateOf(input, store, modelFiles);
  const uploads = new Map<string, string>();
  const planned: PlannedItem[] = [];
  for (const item of input.items) {
    const image = item.image && (await uploadOnce(item.image, uploads, comfy, store));
    const { negative, size, denoise } = input;
    const graph = fillGraph(template, { prompt: item.prompt, negative, seed: item.seed, size, denoise, image, lora });
    planned.push({ item, graph, promptId: promptIdOf(partsOf(input, item)) });
  }
  return planned;
}

const partsOf = ({ runId, stage, unit, round }: RenderBatchInput, { key }: RenderItem): string[] =>
  round === undefined ? [runId, stage, unit, key] : [runId, stage, unit, key, `round ${round}`];

async function templateOf(
  { family, graph, ownGraph, withoutLora: isControl }: RenderBatchInput,
  store: ArtifactStore,
  modelFiles: ModelFiles,
): Promise<ApiGraph> {
  if (!ownGraph) return withModelFiles(await loadFamilyGraph(family, graph), family, modelFiles);
  const own = parseGraph(parseGraphJson(await store.readBytes(ownGraph)), ownGraph.name);
  return isControl ? withoutLora(own) : own;
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

async function keep(
  store: ArtifactStore,
  { item, promptId, graph }: PlannedItem,
  { bytes, mediaType, server }: RenderedImage,
  stage: RenderBatchInput['stage'],
): Promise<RenderedItem> {
  const extension = mediaType.replace('image/', '').replace('jpeg', 'jpg');
  const graphJson = Buffer.from(JSON.stringify(graph, null, 2));
  const [image, graphRef, facts] = await Promise.all([
    store.putBytes(bytes, { name: `${item.key}.${extension}`, mediaType }),
    store.putBytes(graphJson, { name: `${graphSha256(graph).slice(0, 12)}.json`, mediaType: 'application/json' }),
    isCompared(stage) ? pixelFacts(bytes) : {},
  ]);
  const rendered: RenderedItem = {
    key: item.key,
    image,
    seed: item.seed,
    prompt: item.prompt,
    promptId,
    graph: graphRef,
    server: server ? serverWords(server) : undefined,
    ...facts,
  };
  return (await store.putRecord<RenderedItem>(recordKey(promptId), rendered)).value;
}

/** Beside the same without a LoRA. */
const isCompared = (stage: RenderBatchInput['stage']): boolean => stage === 'sweep' || stage === '06-editorial';

async function pixelFacts(bytes: Buffer): Promise<Pick<RenderedItem, 'pixelsSha256' | 'isBlack'>> {
  const pixels = await readPixels(bytes);
  return pixels ? { pixelsSha256: pixels.sha256, ...(pixels.black && { isBlack: true }) } : {};
}

const toldOf = ({ product, version, flags }: ServerStats): RenderServer => ({
  ...(product ? { product, api: version } : { version }),
  flags,
});

/** Of an image that an earlier attempt kept, its record knows no more. */
const byName = ({ server }: RenderedItem): RenderServer[] =>
  server === undefined ? [] : [/^\d/.test(server) ? { version: server } : { product: server }];

function found(rendered: Map<string, RenderedItem>, key: string): RenderedItem {
  const item = rendered.get(key);
  if (!item) throw new Error(`The server ended the batch without the image '${key}'.`);
  return item;
}

/** The pictures of a grid, in the store. */
export async function keepTable(
  store: ArtifactStore,
  unit: string,
  { prompts }: PromptGrid,
  pictures: RenderedItem[],
): Promise<RenderTable> {
  const grid: RenderedGrid = { prompts, items: pictures.map(({ prompt: _, ...item }) => item) };
  const looks = pictures.map(({ pixelsSha256 = '', isBlack }) => `${pixelsSha256.slice(0, 8)}${isBlack ? '!' : ''}`);
  return { artifact: await putJson(store, `renders-${unit}.json`, grid), looks: looks.join(' ') };
}
