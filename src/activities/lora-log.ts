import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../artifacts/store.js';
import type { ComfyClient } from '../comfyui/index.js';
import type { Unapplied } from './types.js';

const maxNamed = 3;

/**
 * What the server's log says of one LoRA. It holds the last 300 writes only, and each progress bar writes too: so it is
 * looked at after the first pictures, not only at the end. A server that hides its log is no reason to fail.
 */
export class LoraLog {
  readonly #lines = new Set<string>();
  #looks = 0;

  private constructor(
    private readonly comfy: ComfyClient,
    private readonly ours: ReadonlySet<string>,
    private readonly mark: string | null,
  ) {}

  /** Counts from where the unit's first attempt on this server began, which may be the one that had the LoRA applied. */
  static async open(comfy: ComfyClient, keys: readonly string[], store: ArtifactStore, unit: string): Promise<LoraLog> {
    const now = await comfy.logMark().catch(() => null);
    const server = createHash('sha256').update(comfy.address).digest('hex').slice(0, 12);
    const { value } = await store.putRecord<{ mark: string | null }>(`lora-log/${unit}/${server}`, { mark: now });
    return new LoraLog(comfy, new Set(keys), value.mark);
  }

  /** After each picture: the first two, with what is two deep in the queue, span the time in which the LoRA is loaded. */
  async look(): Promise<void> {
    if (this.#looks++ < 2) await this.#read();
  }

  /** undefined: nothing is known to be lost. */
  async unapplied(): Promise<Unapplied | undefined> {
    await this.#read();
    const lines = [...this.#lines];
    return lines.length > 0 ? { count: lines.length, first: lines.slice(0, maxNamed) } : undefined;
  }

  async #read(): Promise<void> {
    const report = await this.comfy.loraReport(this.mark).catch(() => null);
    if (!report) return;
    // Others may use the server, with LoRAs of their own: only keys of this file count.
    for (const key of report.notLoaded) if (this.ours.has(key)) this.#lines.add(key);
    for (const line of report.shapeErrors) this.#lines.add(line);
  }
}
