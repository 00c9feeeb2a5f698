import { fitAdditive } from './additive-fit.js';
import { isMeasurablyAhead, mostBehind, paired } from './pairs.js';
import type { ChoiceEnding, SweepWindow } from './verdict.js';
import type { SweepGrid } from './sweep-grid.js';
import { stillRises } from './still-rises.js';

// Pure: workflows import this.

/** Of a decision: rows that pass the guards, by step, and which is chosen. */
interface Decided {
  grid: SweepGrid;
  sound: readonly number[];
  /** A step; null: none. */
  chosen: number | null;
  asGoodAsAny: number | null;
  ending: ChoiceEnding;
}

export function windowOf({ grid: { identity }, sound, chosen, asGoodAsAny, ending }: Decided): SweepWindow {
  // Nothing separates them: neither a rise nor a fall may be told, but that an earlier one is measurably behind.
  const flat = asGoodAsAny === sound[0] ? 'flat' : null;
  const start = ending.kind === 'tie' ? flat : startOf(identity, sound, chosen);
  return { stillRises: risesAtEnd(identity, sound), start };
}

/** Where the last checkpoint is ruled out, later ones would be too. */
export const risesAtEnd = (identity: SweepGrid['identity'], sound: readonly number[]): boolean =>
  sound.at(-1) === identity.length - 1 && stillRises(sound.map((row) => identity[row]));

function startOf(
  identity: SweepGrid['identity'],
  sound: readonly number[],
  chosen: number | null,
): SweepWindow['start'] {
  if (chosen !== 0 || sound.length < 2) return null;
  const last = sound[sound.length - 1];
  const { means } = fitAdditive([identity[0], identity[last]]);
  const behind = { ...paired(identity[last], identity[0]), difference: means[0] - means[1] };
  return isMeasurablyAhead(behind) && behind.difference > mostBehind ? 'falls' : 'flat';
}
