import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { createHash } from 'node:crypto';
import type { TensorInfo } from '../artifacts/safetensors.js';
import type { ComfyClient } from '../comfyui/index.js';
import type { Unapplied } from '../run/contracts.js';

const maxNamed = 3;

type Tensor = Pick<TensorInfo, 'name' | 'shape'>;

/**
 * What the server's log says of one LoRA. It holds the last 300 writes only, and each progress bar writes too: so it is
 * looked at after the first pictures, not only at the end. A server that hides its log is no reason to fail.
 */
export class LoraLog {
  readonly #lines = new Set<string>();
  #looks = 0;

  private constructor(
    private readonly comfy: ComfyClient,
    private readonly ours: readonly Tensor[],
    private readonly mark: string | null,
  ) {}

  /** Counts from where the unit's first attempt on this server began, which may be the one that had the LoRA applied. */
  static async open(comfy: ComfyClient, ours: readonly Tensor[], store: ArtifactStore, unit: string): Promise<LoraLog> {
    const now = await comfy.logMark().catch(() => null);
    const server = createHash('sha256').update(comfy.address).digest('hex').slice(0, 12);
    const { value } = await store.putRecord<{ mark: string | null }>(`lora-log/${unit}/${server}`, { mark: now });
    return new LoraLog(comfy, ours, value.mark);
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
    const keys = new Set(this.ours.map(({ name }) => name));
    for (const key of report.notLoaded) if (keys.has(key)) this.#lines.add(key);
    for (const line of report.shapeErrors) if (mayBeOf(this.ours, line)) this.#lines.add(line);
  }
}

/**
 * `diffusion_model.a.b.weight shape '[192, 64]' is invalid for input of size 14400`: the line names the model's matrix and
 * how many numbers the LoRA has for it. Told apart where the file names matrices as the model does; else it may be ours.
 */
function mayBeOf(tensors: readonly Tensor[], line: string): boolean {
  const [, matrix] = /^(diffusion_model\.\S+)\.weight /.exec(line) ?? [];
  if (matrix === undefined || !tensors.some(({ name }) => name.startsWith('diffusion_model.'))) return true;
  const parts = tensors.filter(({ name }) => name.startsWith(`${matrix}.`));
  const down = parts.find(({ name }) => /\.lora_(A|down)\.weight$/.test(name))?.shape;
  const up = parts.find(({ name }) => /\.lora_(B|up)\.weight$/.test(name))?.shape;
  const [, size] = /for input of size (\d+)/.exec(line) ?? [];
  if (!down || !up || size === undefined) return parts.length > 0;
  const [[rank, ...columns], [rows]] = [down, up];
  return rank > 0 && rows * columns.reduce((product, count) => product * count, 1) === Number(size);
}
