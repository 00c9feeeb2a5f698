import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { resolve } from 'node:path';
import type { ExportedLora, ExportSource, Format } from '../export/index.js';

export interface ExportRunOptions {
  /** Default: the chosen one; before the choice, the furthest that is saved. */
  step?: number;
  /** Every saved checkpoint. */
  all?: boolean;
  /** The folder to write. Default: azit-lora-ID in the working directory, with `-FORMAT` where one is asked for. */
  out?: string;
  /** ComfyUI's folder of LoRAs: they are put there too. */
  to?: string;
  /** How the tensors are named. Default: as the trainer named them. @throws ExportError not-exact */
  format?: Format;
}

export async function exportRun(
  source: ExportSource,
  store: ArtifactStore,
  { out, to, ...wanted }: ExportRunOptions,
): Promise<ExportedLora> {
  // sharp: a third of a second that only this way needs.
  const { exportLora, loraFolderOf } = await import('../export/index.js');
  const directory = resolve(out ?? loraFolderOf(source.data.run.id, wanted.format));
  return await exportLora({ ...wanted, source, store, directory, lorasDir: to });
}
