import type { Diversity } from '../../run/checkpoint-record.js';
import type { FaceMeasurement } from '../engine/engine.js';
import { pictureDifference } from './picture-difference.js';
import { mean } from '../../choice/statistics.js';

/** A pair more than this many changes no mean that is shown; a set of 300 pictures has 45,000. */
const mostPairs = 20_000;

/** How much renders differ: between seeds of one prompt, and between prompts. Null where there is no pair. */
export function diversityOf(pictures: readonly { prompt: string; face: FaceMeasurement | null }[]): Diversity {
  const seen = pictures.filter(
    (picture): picture is { prompt: string; face: FaceMeasurement } => picture.face !== null,
  );
  const pairs = (seen.length * (seen.length - 1)) / 2;
  const stride = Math.max(1, Math.ceil(pairs / mostPairs));
  const between: Record<'seeds' | 'prompts', number[]> = { seeds: [], prompts: [] };
  let count = 0;
  for (const [at, one] of seen.entries())
    for (const other of seen.slice(at + 1)) {
      if (count++ % stride !== 0) continue;
      between[one.prompt === other.prompt ? 'seeds' : 'prompts'].push(pictureDifference(one.face, other.face));
    }
  const middle = (values: number[]) => (values.length === 0 ? null : Number(mean(values).toFixed(4)));
  return { seeds: middle(between.seeds), prompts: middle(between.prompts) };
}
