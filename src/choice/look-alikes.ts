import type { Score } from '../run/checkpoint-record.js';
import { hasInterval } from '../run/checkpoint-record.js';

// Pure: workflows import this.

/** Whether a checkpoint shows this person, or that type of person; empty where no look-alikes were compared. */
export function lookAlikeSentence(step: number, margin: Score | undefined): string[] {
  if (!margin || margin.n === 0) return [];
  const { mean, low, high } = margin;
  const figure = `${Math.abs(mean).toFixed(3)}${hasInterval(margin) ? ` (95%: ${low.toFixed(3)} to ${high.toFixed(3)})` : ''}`;
  const what = `Checkpoint ${step} is ${figure} ${mean < 0 ? 'less' : 'more'} like the person than like the nearest look-alike of stage 01`;
  if (hasInterval(margin) && low > 0) return [`${what}: it shows this person, not only this type of person.`];
  return [`${what}: ${mean > 0 ? 'too few images to tell' : 'it shows this type of person, not yet this person'}.`];
}
