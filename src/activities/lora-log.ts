import { readSafetensorsHeader } from '../artifacts/safetensors.js';
import type { ComfyClient } from '../comfyui/index.js';
import type { Unapplied } from './types.js';

const maxNamed = 3;

/** What the server's log says of one LoRA between two looks. A server that hides its log is no reason to fail. */
export class LoraLog {
  private constructor(
    private readonly comfy: ComfyClient,
    private readonly path: string,
    private readonly mark: string | null,
  ) {}

  static async open(comfy: ComfyClient, path: string): Promise<LoraLog> {
    return new LoraLog(comfy, path, await comfy.logMark().catch(() => null));
  }

  /** undefined: nothing is known to be lost. */
  async unapplied(): Promise<Unapplied | undefined> {
    const report = await this.comfy.loraReport(this.mark).catch(() => null);
    if (!report || report.notLoaded.length + report.shapeErrors.length === 0) return undefined;
    // Others may use the server, with LoRAs of their own: only keys of this file count.
    const { tensors } = await readSafetensorsHeader(this.path);
    const ours = new Set(tensors.map(({ name }) => name));
    const lines = [...report.notLoaded.filter((key) => ours.has(key)), ...report.shapeErrors];
    return lines.length > 0 ? { count: lines.length, first: lines.slice(0, maxNamed) } : undefined;
  }
}
