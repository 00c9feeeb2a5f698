import { execa } from 'execa';
import type { Family } from '../project/families/family.js';
import { binaryWords } from '../text/figures.js';
import type { TrainingFacts } from './training-facts.js';

export interface Gpu {
  name: string;
  totalBytes: number;
}

/** As nvidia-smi tells them; null: there is none to ask. */
export async function gpusHere(): Promise<Gpu[] | null> {
  try {
    const query = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];
    const { stdout } = await execa('nvidia-smi', query, { timeout: 10_000, stdin: 'ignore' });
    return stdout.split('\n').flatMap((line) => {
      const [, name, mebibytes] = /^(.{1,200}), (\d{1,9})$/.exec(line.trim()) ?? [];
      return name === undefined ? [] : [{ name, totalBytes: Number(mebibytes) * 2 ** 20 }];
    });
  } catch {
    return null;
  }
}

/** Bits of a weight while it trains. @param override the project's `training.override` */
export function bitsOf({ training }: Family, override: Record<string, unknown> = {}): number {
  const model = {
    ...training.trainers['ai-toolkit'].process.model,
    ...(override.model as Record<string, unknown> | undefined),
  };
  if (model.quantize !== true) return 16;
  const [, bits] = /^(?:u?int|q?float|qint)(\d{1,2})/.exec(String(model.qtype ?? 'qfloat8')) ?? [];
  return Number(bits ?? 8);
}

export interface MemoryEstimate {
  /** What the weights alone take; null: not known. */
  weightBytes: number | null;
  text: string;
}

/** A lower bound, and what others report; measured by nobody here. */
export function memoryEstimate({ billions, card }: TrainingFacts, bits: number): MemoryEstimate {
  const weightBytes = billions ? (billions.count * 1e9 * bits) / 8 : null;
  const weights =
    billions && weightBytes !== null
      ? `the weights alone take ${(weightBytes / 1e9).toFixed(1)} GB (${billions.count} billion at ${bits} bits; from ${billions.source})`
      : 'what the weights take is not known';
  const cards = card
    ? `others train on ${card.gigabytes} GB (${card.source})`
    : 'what a training takes in all is not known';
  return { weightBytes, text: `${weights}; ${cards}` };
}

/** Of the largest GPU; null: nothing is against it that is known. */
export function memoryProblem(
  { weightBytes }: MemoryEstimate,
  { card }: TrainingFacts,
  { name, totalBytes }: Gpu,
): string | null {
  if (weightBytes !== null && weightBytes > totalBytes)
    return `${name} has ${binaryWords(totalBytes)}, less than the weights alone: use a larger GPU, or a lower model.qtype in training.override`;
  // What is sold as 24 GB has 23.5 GiB or more.
  if (card && totalBytes < card.gigabytes * 1e9)
    return `${name} has ${binaryWords(totalBytes)}, less than others train on: lower datasets.resolution in training.override, or use a larger GPU`;
  return null;
}
