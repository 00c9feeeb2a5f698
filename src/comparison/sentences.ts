import { signed } from '../text/figures.js';
import type { ComparedPair } from './comparison.js';

/** For people, in one sentence or two. */
export function pairSentence({ first, second, verdict, isSameMeasure }: ComparedPair): string {
  if (!verdict)
    return `${first} and ${second} can't be compared pair by pair: that takes a chosen checkpoint in each, and at least two images of the same prompt and seed.`;
  const { steps, pairs, difference, better } = verdict;
  const names = `${second} (step ${steps[1]}) and ${first} (step ${steps[0]})`;
  const figures = `${signed(difference, 3)} on ${pairs} images of the same prompts and seeds`;
  const told =
    better === 'neither'
      ? `${names} do not differ measurably in identity: ${figures}.`
      : `${better === 'second' ? second : first} has the measurably higher identity: ${names} differ by ${figures}.`;
  return isSameMeasure
    ? told
    : `${told} Their identities were measured against different references or by different face models, so the difference may come from the measurement.`;
}
