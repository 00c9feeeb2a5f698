import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { createHash } from 'node:crypto';
import type { TensorInfo } from '../artifacts/safetensors.js';
import type { ComfyClient, Execution, LoraLines } from '../comfyui/index.js';
import type { Unapplied } from '../run/contracts.js';

const maxNamed = 3;

type Tensor = Pick<TensorInfo, 'name' | 'shape'>;

/**
 * What the server's log says of one LoRA. It holds the last 300 writes only, and each progress bar writes too: so it is
 * looked at after the first pictures, not only at the end. A server that hides its log is no reason to fail.
 */
export class LoraLog {
  readonly #lines = new Set<string>();
  readonly #doubtful = new Set<string>();
  readonly #pairs: ReadonlyMap<string, number>;
  readonly #keys: ReadonlySet<string>;
  readonly #executions: Execution[] = [];
  #looks = 0;

  private constructor(
    private readonly comfy: ComfyClient,
    private readonly ours: readonly Tensor[],
    private readonly mark: string | null,
    /** Where this attempt began. */
    private readonly opened: string | null,
  ) {
    this.#pairs = pairsOf(ours);
    this.#keys = new Set(ours.map(({ name }) => name));
  }

  /** Counts from where the unit's first attempt on this server began, which may be the one that had the LoRA applied. */
  static async open(comfy: ComfyClient, ours: readonly Tensor[], store: ArtifactStore, unit: string): Promise<LoraLog> {
    const now = await comfy.logMark().catch(() => null);
    const server = createHash('sha256').update(comfy.address).digest('hex').slice(0, 12);
    const { value } = await store.putRecord<{ mark: string | null }>(`lora-log/${unit}/${server}`, { mark: now });
    return new LoraLog(comfy, ours, value.mark, now);
  }

  /** After each picture: the first two, with what is two deep in the queue, span the time in which the LoRA is loaded. */
  async look(executions: readonly Execution[]): Promise<void> {
    this.#executions.push(...executions);
    if (this.#looks++ < 2) await this.#read();
  }

  /** Absent: nothing is known to be lost, or no line may be of this LoRA. */
  async unapplied(): Promise<{ unapplied?: Unapplied; perhapsUnapplied?: Unapplied }> {
    await this.#read();
    // Of our own with every key lost nothing would show. Where it does, the lines are of the same keys for another model.
    const isAll = this.ours.length > 0 && this.ours.every(({ name }) => this.#lines.has(name));
    const [sure, doubtful] = isAll
      ? [[], [...this.#lines, ...this.#doubtful]]
      : [[...this.#lines], [...this.#doubtful]];
    return {
      ...(sure.length > 0 && { unapplied: unapplied(sure) }),
      ...(doubtful.length > 0 && { perhapsUnapplied: unapplied(doubtful) }),
    };
  }

  async #read(): Promise<void> {
    const own = { since: this.opened, executions: this.#executions };
    const report = await this.comfy.loraReport(this.mark, own).catch(() => null);
    if (!report) return;
    const { ours, elsewhere } = report;
    // Written while our prompt ran: what may be ours by its names and sizes is.
    if (ours) this.#note(ours, { mayBe: this.#lines, is: this.#lines });
    if (elsewhere) this.#note(elsewhere, { mayBe: this.#doubtful, is: this.#doubtful });
    this.#note(report, { mayBe: this.#doubtful, is: this.#lines });
    for (const line of this.#lines) this.#doubtful.delete(line);
  }

  /** Others may use the server, with LoRAs of their own: only keys of this file count. */
  #note({ notLoaded, shapeErrors }: LoraLines, { mayBe, is }: Record<'mayBe' | 'is', Set<string>>): void {
    for (const key of notLoaded) if (this.#keys.has(key)) is.add(key);
    for (const line of shapeErrors) {
      const whose = whoseIs(this.#pairs, line);
      if (whose === 'ours') is.add(line);
      if (whose === 'perhaps ours') mayBe.add(line);
    }
  }
}

const unapplied = (lines: string[]): Unapplied => ({ count: lines.length, first: lines.slice(0, maxNamed) });

/**
 * `diffusion_model.a.b.weight shape '[192, 64]' is invalid for input of size 14400`: the line names the model's matrix and
 * how many numbers the LoRA has for it. Of a file that names matrices as the model does both tell whose it is; of another
 * (`transformer.*`) the size alone, which somebody else's LoRA may share.
 */
function whoseIs(pairs: ReadonlyMap<string, number>, line: string): 'ours' | 'perhaps ours' | "somebody else's" {
  const [, size] = /for input of size (\d+)/.exec(line) ?? [];
  const [, matrix] = /^diffusion_model\.(\S+)\.weight /.exec(line) ?? [];
  const spelt = [`diffusion_model.${matrix}`, `lora_unet_${matrix?.replaceAll('.', '_')}`];
  const isAsTheModel = [...pairs.keys()].some((name) => /^(diffusion_model\.|lora_unet_)/.test(name));
  const candidates =
    matrix !== undefined && isAsTheModel ? spelt.flatMap((name) => pairs.get(name) ?? []) : [...pairs.values()];
  if (candidates.length === 0) return "somebody else's";
  if (size === undefined) return 'perhaps ours';
  if (!candidates.includes(Number(size))) return "somebody else's";
  return matrix !== undefined && isAsTheModel ? 'ours' : 'perhaps ours';
}

/** Rows x columns of what each pair of matrices makes together. */
function pairsOf(tensors: readonly Tensor[]): Map<string, number> {
  const parts = new Map<string, { down?: readonly number[]; up?: readonly number[] }>();
  for (const { name, shape } of tensors) {
    const [, of, part] = /^(.+)\.lora_?(A|B|down|up)\.(?:default\.)?weight$/i.exec(name) ?? [];
    if (of === undefined) continue;
    const way = /^(a|down)$/i.test(part) ? 'down' : 'up';
    parts.set(of, { ...parts.get(of), [way]: shape });
  }
  return new Map(
    [...parts].flatMap(([of, { down = [], up = [] }]) => {
      const [[rank, ...columns], [rows]] = [down, up];
      return rank > 0 && rows > 0 ? [[of, rows * columns.reduce((product, count) => product * count, 1)] as const] : [];
    }),
  );
}
