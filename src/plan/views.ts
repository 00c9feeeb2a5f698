import { mostViewRenders, viewsOf } from '../dataset/index.js';
import type { ResolvedProject } from '../project/schema.js';

/** What `dataset.budget` allows at most. @param isOwn the person brings the dataset */
export function viewNotes({ dataset }: ResolvedProject, isOwn: boolean): string[] {
  const { budget } = dataset;
  if (!budget || isOwn) return [];
  const { first, second } = viewsOf(dataset);
  const views = first.length + second.length;
  const most = mostViewRenders(budget, views);
  const few = most < views ? `, fewer than their ${views} views: ${views - most} or more will have none` : '';
  const time =
    budget.minutes === undefined
      ? ''
      : ` ${minutesOf(budget.minutes)} after stage 03 starts, rejected images are no longer rendered again.`;
  return [`Stages 03 and 04 render at most ${most} ${most === 1 ? 'image' : 'images'} (dataset.budget)${few}.${time}`];
}

const minutesOf = (minutes: number): string => `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
