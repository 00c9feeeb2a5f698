import { forEachAtOnce } from '../files/at-once.js';
import { fingerprintOf } from '../project/fingerprint.js';
import { fillGraph, graphSha256, type ApiGraph } from '../comfyui/index.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { appendRecord, lastRecord, type KeyOf } from '../artifacts/numbered-records.js';
import { inputImagesOf } from '../run/input-images.js';
import type { RenderBatchInput, RenderBatchResult, RenderedItem, RenderItem } from '../run/contracts.js';

/** As kept for every run: `by` is the one that had it rendered. */
export type KeptRender = RenderedItem & { by?: string };

/** What the server's log said of a LoRA while a unit's images were rendered. */
export type KeptLosses = Pick<RenderBatchResult, 'unapplied' | 'perhapsUnapplied'>;

/** Others are counted. */
const mostRunsNamed = 3;

/** Of what was made `by` runs, the part that is other runs' work; null where there is none. */
export function othersWork(made: { by?: string }[], runId: string): { count: number; runs: string[] } | null {
  const others = made.flatMap(({ by }) => (by === undefined || by === runId ? [] : [by]));
  return others.length === 0 ? null : { count: others.length, runs: [...new Set(others)].slice(0, mostRunsNamed) };
}

const lookupsAtOnce = 32;

/**
 * The images of all runs, by what they depend on: the graph with prompt, seed, size and the server's names of its model
 * files; input images and LoRA by their content. The key of a record is `renders/HH/SHA256-VERSION`; the highest version
 * counts. A version follows where the one before was refused (a server with the wrong model, say) and a person has cured it.
 */
export class RenderRecords {
  constructor(private readonly store: ArtifactStore) {}

  /** By the item's key; what nobody has rendered yet is not in it. */
  async known(keys: ReadonlyMap<RenderItem, string>): Promise<Map<RenderItem, KeptRender>> {
    const found = new Map<RenderItem, KeptRender>();
    await forEachAtOnce(keys, lookupsAtOnce, async ([item, key]) => {
      const kept = (await lastRecord<KeptRender>(this.store, recordOf(key)))?.value;
      if (kept && (await this.isWhole(kept))) found.set(item, asAsked(kept, item));
    });
    return found;
  }

  /** The first to render it wins. @param anew what was there was refused: a version behind it */
  async keep(key: string, item: RenderItem, render: KeptRender, anew: boolean): Promise<KeptRender> {
    const record = recordOf(key);
    const last = await lastRecord<KeptRender>(this.store, record);
    if (!anew && last && (await this.isWhole(last.value))) return asAsked(last.value, item);
    if (!anew && !last) return asAsked((await this.store.putRecord(record(1), render)).value, item);
    await appendRecord(this.store, record, last, render);
    return render;
  }

  /** Of the last time that this LoRA was applied to this graph. */
  async losses(unit: string): Promise<KeptLosses> {
    return (await lastRecord<KeptLosses>(this.store, lossesOf(unit)))?.value ?? {};
  }

  async keepLosses(unit: string, losses: KeptLosses): Promise<void> {
    const last = await lastRecord<KeptLosses>(this.store, lossesOf(unit));
    if (fingerprintOf(last?.value ?? {}) !== fingerprintOf(losses))
      await appendRecord(this.store, lossesOf(unit), last, losses);
  }

  /** A record may outlive what it names, in a store that was damaged or tidied: then it is taken as not there. */
  async isWhole({ image, graph }: KeptRender): Promise<boolean> {
    return (await this.store.holds(image)) && (await this.store.holds(graph));
  }
}

type AskedUnit = Pick<RenderBatchInput, 'negative' | 'size' | 'denoise' | 'lora'>;

/** Servers call files differently, and number what they save: content and nothing else is in the key. */
export function renderKeyOf(template: ApiGraph, unit: AskedUnit, item: RenderItem): string {
  const { prompt, seed, strength } = item;
  const { negative, size, denoise, lora } = unit;
  const [image, ...furtherImages] = inputImagesOf(item).map(({ sha256 }) => contentName(sha256));
  const named = {
    image,
    furtherImages,
    lora: lora && { name: contentName(lora.file.sha256), strength: strength ?? lora.strength },
  };
  return graphSha256(fillGraph(template, { prompt, negative, seed, size, denoise, ...named, prefix: '' }));
}

/** A LoRA in a graph, whatever is rendered with it: at each of its strengths. */
export function unitKeysOf(template: ApiGraph, { lora }: AskedUnit, items: readonly RenderItem[]): string[] {
  const strengths = new Set(items.map(({ strength }) => strength ?? lora?.strength));
  return [...strengths].map((strength) =>
    fingerprintOf({ template: graphSha256(template), lora: lora?.file.sha256, strength }),
  );
}

const contentName = (sha256: string): string => `sha256:${sha256}`;

const recordOf =
  (key: string): KeyOf =>
  (version) =>
    `renders/${key.slice(0, 2)}/${key}-${version}`;

const lossesOf =
  (unit: string): KeyOf =>
  (version) =>
    `renders/losses/${unit}-${version}`;

/** Another run may call the item otherwise. */
function asAsked(kept: KeptRender, { key, prompt, seed }: RenderItem): KeptRender {
  const extension = kept.image.name.split('.').pop() ?? 'png';
  return { ...kept, key, prompt, seed, image: { ...kept.image, name: `${key}.${extension}` } };
}
