import type { Score } from '../run/checkpoint-record.js';
import { hasInterval } from '../run/checkpoint-record.js';
import { withoutMinusZero } from '../text/figures.js';

// Pure: workflows import this.

/** Whether a checkpoint shows this person, or that type of person; empty where no look-alikes were compared. */
export function lookAlikeSentence(step: number, margin: Score | undefined): string[] {
  if (!margin || margin.n === 0) return [];
  const { mean, low, high } = margin;
  // In the direction that the sentence names.
  const [from, to] = mean < 0 ? [-high, -low] : [low, high];
  const interval = hasInterval(margin) ? ` (95%: ${withoutMinusZero(from, 3)} to ${withoutMinusZero(to, 3)})` : '';
  const figure = `${Math.abs(mean).toFixed(3)}${interval}`;
  const what = `Checkpoint ${step} is ${figure} ${mean < 0 ? 'less' : 'more'} like the person than like the nearest look-alike of stage 01`;
  if (!hasInterval(margin) || (low <= 0 && high >= 0)) return [`${what}: too few images to tell.`];
  return [
    `${what}: it shows ${low > 0 ? 'this person, not only this type of person' : 'this type of person, not yet this person'}.`,
  ];
}
