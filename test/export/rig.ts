import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FolderStore } from '../../src/artifacts/folder-store.js';
import { serializeSafetensors, type FloatDtype } from '../support/safetensors.js';
import {
  ExportError,
  exportLora,
  type ExportedLora,
  type ExportErrorCode,
  type ExportOptions,
} from '../../src/export/index.js';
import type { ReportData } from '../../src/run/record.js';
import { finishedRun, Pictures } from '../report/fixture.js';
import { temporaryFolder } from '../support/folder.js';

export const steps = [2200, 2400, 2600];

export interface ExportRig {
  folder: string;
  store: FolderStore;
  data: ReportData;
  /** The folder that is written unless a test says otherwise. */
  directory: string;
  export(options?: Partial<ExportOptions>): Promise<ExportedLora>;
}

/** What a trainer leaves: peft's names, odd header length, metadata of its own. */
export const weights = (step: number, names = ['transformer.blocks.0.to_q']): Buffer =>
  serializeSafetensors(
    new Map<string, { dtype: FloatDtype; shape: number[]; data: number[] }>(
      names.flatMap((name) => [
        [`${name}.lora_A.weight`, { dtype: 'F32', shape: [2, 3], data: [1, 2, 3, 4, 5, step] }],
        [`${name}.lora_B.weight`, { dtype: 'F16', shape: [3, 1], data: [0.5, -0.5, 0.25] }],
      ]),
    ),
    { ss_output_name: 'mina', training_info: JSON.stringify({ step, epoch: 3 }), format: 'pt' },
  );

/** A finished run whose pictures and LoRAs lie in a store on the disk. */
export async function exportRig(loraOf: (step: number) => Buffer = weights): Promise<ExportRig> {
  const folder = await temporaryFolder();
  const store = new FolderStore(join(folder, 'store'));
  const pictures = new Pictures();
  const data = await finishedRun(pictures, { steps, prompts: ['base', 'stage'], seeds: 2, yaws: [0, 30] });
  for (const bytes of pictures.bytes.values()) await store.putBytes(bytes, { name: 'x', mediaType: 'image/png' });
  for (const checkpoint of data.checkpoints) {
    const { name, mediaType } = checkpoint.lora;
    checkpoint.lora = await store.putBytes(loraOf(checkpoint.step), { name, mediaType });
  }
  const directory = join(folder, 'azit-lora-mina');
  return {
    folder,
    store,
    data,
    directory,
    export: (options = {}) => exportLora({ source: { data }, store, directory, ...options }),
  };
}

export const hash = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

export const refused = (code: ExportErrorCode, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ExportError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  return true;
};

export const cardOf = (rig: ExportRig): Promise<string> => readFile(join(rig.directory, 'README.md'), 'utf8');

/** The YAML that Hugging Face reads. */
export const matterOf = (card: string): Record<string, unknown> =>
  parse(/^---\n([\s\S]*?)\n---\n/.exec(card)![1]) as Record<string, unknown>;
