import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { serializeSafetensors } from '../../support/safetensors.js';
import { layerShapes } from '../../../src/sandbox/comfyui/layers.js';
import type { Client } from './client.js';
import { own } from './graphs.js';

export interface Layer {
  /** As ComfyUI's key map names it: `diffusion_model.` and the model's own name, without `.weight`. */
  name: string;
  rows: number;
  columns: number;
}

export type Tensors = Map<string, { dtype: 'F32'; shape: number[]; data: number[] }>;

const RANK = 2;

/** A matrix of the server's checkpoint that a LoRA can change: in its attention, where it has one. */
export async function layerOf({ place, checkpoint }: Client): Promise<Layer> {
  const [name, [rows, columns]] = [...layerShapes][0];
  if (checkpoint === 'sandbox.safetensors') return { name, rows, columns };
  const shapes = await shapesIn(path.resolve(place.lorasDir as string, '../checkpoints', checkpoint));
  const matrices = [...shapes].filter(
    ([key, shape]) => /^model\.diffusion_model\..*\.weight$/.test(key) && shape.length === 2,
  );
  const [key, shape] =
    matrices.find(([one]) => /attn.*(qkv|to_q)\.weight$/.test(one) && !/context/.test(one)) ?? matrices[0];
  return { name: key.replace(/^model\.|\.weight$/g, ''), rows: shape[0], columns: shape[1] };
}

async function shapesIn(file: string): Promise<Map<string, number[]>> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const length = Number(buffer.readBigUInt64LE(0));
    const header = await handle.read(Buffer.alloc(length), 0, length, 8);
    const entries = JSON.parse(header.buffer.toString('utf8')) as Record<string, { shape?: number[] }>;
    return new Map(Object.entries(entries).flatMap(([key, { shape }]) => (shape ? [[key, shape] as const] : [])));
  } finally {
    await handle.close();
  }
}

/** An adapter for a layer; `size` is how far it moves it. */
export function adapterOf({ name, rows, columns }: Layer, size: number): Tensors {
  const wave = (count: number, scale: number) => Array.from({ length: count }, (_, i) => scale * Math.sin(i + 1));
  return new Map([
    [`${name}.lora_A.weight`, { dtype: 'F32', shape: [RANK, columns], data: wave(RANK * columns, 1) }],
    [`${name}.lora_B.weight`, { dtype: 'F32', shape: [rows, RANK], data: wave(rows * RANK, size) }],
  ]);
}

export const fileOf = (tensors: Tensors): Buffer => serializeSafetensors(tensors, { ss_steps: '7' });

/** Puts a file beside the server's LoRAs, whole under its name at once. @returns the name as the server lists it */
export async function place({ place: { lorasDir } }: Client, name: string, bytes: Buffer): Promise<string> {
  const target = path.join(lorasDir as string, own, name);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(`${target}.part`, bytes, { mode: 0o644 });
  await rename(`${target}.part`, target);
  return `${own}/${name}`;
}
