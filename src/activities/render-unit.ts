import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { loadFamilyGraph, parseGraph, promptIdOf, type ApiGraph } from '../comfyui/index.js';
import { parseGraphJson } from '../project/graph-json.js';
import { withoutLora } from '../project/graph-lora.js';
import { withModelFiles, type ModelFiles } from '../project/model-files.js';
import type { RenderBatchInput, RenderItem } from '../run/contracts.js';
import { renderKeyOf, RenderRecords, type KeptRender } from './render-records.js';

/** A unit with what is known of it. */
export interface Unit {
  input: RenderBatchInput;
  template: ApiGraph;
  items: RenderItem[];
  records: RenderRecords;
  /** By item: the record's key. */
  keys: Map<RenderItem, string>;
  known: Map<RenderItem, KeptRender>;
}

/** Looks up what is rendered already: by this unit, or by any run. */
export async function lookUp(
  input: RenderBatchInput,
  items: RenderItem[],
  store: ArtifactStore,
  modelFiles: ModelFiles = {},
): Promise<Unit> {
  const template = await templateOf(input, store, modelFiles);
  const records = new RenderRecords(store);
  const keys = new Map(items.map((item) => [item, renderKeyOf(template, input, item)]));
  const known = isDrawnAnew(input) ? new Map<RenderItem, KeptRender>() : await records.known(keys);
  // By the request alone: what this unit has had rendered anew after a refusal, or a run that began before all shared.
  for (const item of items) {
    if (known.has(item)) continue;
    const own = await store.getRecord<KeptRender>(ownRecord(idOf(input, item)));
    if (own && (await records.isWhole(own))) known.set(item, { ...own, by: input.runId });
  }
  return { input, template, items, records, keys, known };
}

/** What others have rendered does not count: it was refused, or the person wants it anew. */
export const isDrawnAnew = ({ round, fresh }: RenderBatchInput): boolean => round !== undefined || fresh === true;

export const ownRecord = (promptId: string): string => `renders/${promptId}`;

async function templateOf(
  { family, graph, ownGraph, withoutLora: isControl }: RenderBatchInput,
  store: ArtifactStore,
  modelFiles: ModelFiles,
): Promise<ApiGraph> {
  if (!ownGraph) return withModelFiles(await loadFamilyGraph(family, graph), family, modelFiles);
  const own = parseGraph(parseGraphJson(await store.readBytes(ownGraph)), ownGraph.name);
  return isControl ? withoutLora(own) : own;
}

/** The request's own: a retry finds the server's work of an attempt before by it. */
export const idOf = (input: RenderBatchInput, item: RenderItem): string => promptIdOf(partsOf(input, item));

const partsOf = ({ runId, stage, unit, round }: RenderBatchInput, { key }: RenderItem): string[] =>
  round === undefined ? [runId, stage, unit, key] : [runId, stage, unit, key, `round ${round}`];
