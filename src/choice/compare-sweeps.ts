import type { Strip } from '../run/record.js';
import { waver, paired } from './pairs.js';
import { isSurelyPositive } from './strengths.js';
import type { Row } from './sweep-grid.js';

// Pure.

/** Chance of calling one of two equal checkpoints the better one, both sides together. */
const chanceOfError = 0.05;

export interface PairedVerdict {
  /** The step whose images are compared, of each run; null where it has none to show. */
  steps: [number | null, number | null];
  /** Prompts and seeds that both rendered, and on which both show a face. */
  pairs: number;
  /** Mean of second minus first. */
  difference: number;
  better: 'first' | 'second' | 'neither';
}

/** A run's side: what it shows, and the checkpoint that stands for it. */
export interface Side {
  strips: Strip[];
  step: number | null;
  /** The checkpoint's sha256. */
  lora: string | null;
}

/**
 * Whether the checkpoint that one run hands over is nearer to the person than another run's: pair by pair on the same prompt
 * texts and seeds, by the test that compares checkpoints within a run. Two checkpoints differ by what training wavers, besides;
 * the same file does not.
 * @returns null where fewer than two prompts and seeds are the same
 */
export function comparePaired(first: Side, second: Side): PairedVerdict | null {
  const [before, after] = [first, second].map(identitiesOf);
  const cells = [...before.keys()].filter((cell) => after.has(cell));
  const rowOf = (identities: Map<string, number | null>): Row => cells.map((cell) => identities.get(cell) ?? null);
  const gain = paired(rowOf(before), rowOf(after));
  if (gain.pairs < 2) return null;
  const wavers = first.lora === second.lora ? 0 : 2 * waver ** 2;
  const isSure = (difference: number) => isSurelyPositive({ ...gain, difference }, wavers, chanceOfError / 2);
  const better = isSure(gain.difference) ? 'second' : isSure(-gain.difference) ? 'first' : 'neither';
  return { steps: [first.step, second.step], pairs: gain.pairs, difference: gain.difference, better };
}

/** By prompt text and seed: runs may call the same prompt otherwise. */
function identitiesOf({ strips, step }: Side): Map<string, number | null> {
  const images = strips.flatMap(({ text, images: all }) =>
    all.filter((image) => image.step === step).map(({ seed, identity }) => [`${seed} ${text}`, identity] as const),
  );
  return new Map(images);
}
