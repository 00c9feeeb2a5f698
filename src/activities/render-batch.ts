import type { Activities } from '../run/activities.js';
import { type ArtifactStore, putJson } from '../artifacts/artifact-store.js';
import { ownFiles, type ModelFiles } from '../project/model-files.js';
import { joinServers, type RenderServer } from '../run/render-server.js';
import { sweepItems, type PromptGrid } from '../run/sweep-items.js';
import { batchBeat } from '../run/heartbeats.js';
import { whileBeating } from './liveness.js';
import { tidyServer } from './loras.js';
import { isOthersWork, keptLosses, renderMissing, type Drawn, type RenderDeps } from './render-missing.js';
import { othersWork, type KeptRender } from './render-records.js';
import { isDrawnAnew, lookUp, type Unit } from './render-unit.js';
import type {
  RenderBatchInput,
  RenderBatchResult,
  RenderedGrid,
  RenderedItem,
  RenderItem,
  RenderTable,
} from '../run/contracts.js';

export const createRenderActivities = (deps: RenderDeps): Activities['render'] => ({
  /**
   * Renders a unit of prompts on this worker's server. First each item is looked up: `known` (an attempt before, or any
   * other run, has kept it) or open. Where any is open, the LoRA is brought to the server and the graphs are filled in; open
   * ones are queued, two deep, and each is kept as it comes: pixels hashed, image and graph stored, and last its record,
   * which counts; then the server's copy goes. Safe to run twice, and on another server: prompt ids are derived from the
   * request, records from what an image depends on.
   */
  async renderBatch(input: RenderBatchInput): Promise<RenderBatchResult> {
    const { store } = deps;
    const items = itemsOf(input);
    const beat = (done: number, known?: Unit['known']) =>
      batchBeat('render', { done, of: items.length }, known?.values() ?? []);
    return await whileBeating(beat(0), async (report, signal) => {
      const unit = await lookUp(input, items, store, deps.modelFiles);
      report(beat(unit.known.size, unit.known));
      const drawn = await renderMissing(unit, deps, signal, {
        onDone: (done) => report(beat(done, unit.known)),
        onWait: ({ runId }) =>
          report({
            ...beat(unit.known.size, unit.known),
            waitingFor: `waiting for run ${runId}, which renders the same images`,
          }),
      });
      return await resultOf(unit, drawn, store, ownFiles(input.family, deps.modelFiles ?? {}));
    });
  },

  /** Removes the LoRAs from this worker's server that nobody needs any more. */
  async tidyLoras(): Promise<string[]> {
    return await tidyServer(deps.comfy, deps.store);
  },
});

export const itemsOf = ({ grid, items }: RenderBatchInput): RenderItem[] => (grid ? sweepItems(grid) : items);

/**
 * A unit of which other runs have rendered every image, as `renderBatch` would tell of it, but for what its server says of
 * itself. Needs no server.
 * @returns null where an image is missing, or this run's own
 */
export async function reusedBatch(
  input: RenderBatchInput,
  store: ArtifactStore,
  modelFiles: ModelFiles,
): Promise<RenderBatchResult | null> {
  if (isDrawnAnew(input)) return null;
  const unit = await lookUp(input, itemsOf(input), store, modelFiles);
  if (!isOthersWork(unit)) return null;
  const [server = {}] = [...unit.known.values()].flatMap(byName).reverse();
  return await resultOf(unit, { ...(await keptLosses(unit)), server, servers: [] }, store, modelFiles);
}

async function resultOf(
  unit: Unit,
  drawn: Drawn,
  store: ArtifactStore,
  modelFiles: ModelFiles,
): Promise<RenderBatchResult> {
  const { input } = unit;
  const images = unit.items.map((item) => found(unit, item));
  const servers = joinServers(drawn.servers, images.flatMap(byName));
  const result = { ...drawn, servers, ...reusedOf(input, images), modelFiles };
  if (!input.grid) return { items: images.map(withoutRun), ...result };
  return { items: [], table: await keepTable(store, input.unit, input.grid, images.map(withoutRun)), ...result };
}

function found({ known }: Unit, item: RenderItem): KeptRender {
  const render = known.get(item);
  if (!render) throw new Error(`The server finished the batch without the image '${item.key}'.`);
  return render;
}

function withoutRun({ by: _, ...item }: KeptRender): RenderedItem {
  return item;
}

/** Of an image that is taken from the store, its record knows no more. */
const byName = ({ server }: RenderedItem): RenderServer[] =>
  server === undefined ? [] : [/^\d/.test(server) ? { version: server } : { product: server }];

/** Of a unit's images, those that another run had rendered. */
function reusedOf({ runId }: RenderBatchInput, images: KeptRender[]): Pick<RenderBatchResult, 'reused'> {
  const others = othersWork(images, runId);
  return others ? { reused: { images: others.count, runs: others.runs } } : {};
}

/** The pictures of a grid, in the store. */
export async function keepTable(
  store: ArtifactStore,
  unit: string,
  { prompts, strengths, tests }: PromptGrid,
  pictures: RenderedItem[],
): Promise<RenderTable> {
  const items = pictures.map(({ prompt: _, ...item }) => item);
  const grid: RenderedGrid = { prompts, ...(strengths ? { strengths } : {}), ...(tests ? { tests } : {}), items };
  const looks = pictures.map(({ pixelsSha256 = '', isBlack }) => `${pixelsSha256.slice(0, 8)}${isBlack ? '!' : ''}`);
  return { artifact: await putJson(store, `renders-${unit}.json`, grid), looks: looks.join(' ') };
}
