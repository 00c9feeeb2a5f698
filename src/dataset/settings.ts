import type { Setting, ViewRequest } from '../project/families/family.js';
import type { ResolvedProject } from '../project/schema.js';
import { planViewsI, planViewsII } from './views.js';

/**
 * What a face is seen in and must not be learnt with it. As many of each as have no common divisor, so that every image
 * has another combination. None is of the default prompts of a sweep: those are to show what was not trained.
 */
const clothes = [
  'red sweater',
  'blue denim jacket',
  'green hoodie',
  'black blazer',
  'yellow blouse',
  'grey coat',
  'purple t-shirt',
];
const backgrounds = ['in a park', 'in a cafe', 'on a city street', 'plain green background', 'plain orange background'];
const lights = ['daylight', 'soft light', 'warm light', 'cold light'];

const settingAt = (index: number): Setting => ({
  clothes: clothes[index % clothes.length],
  background: backgrounds[index % backgrounds.length],
  light: lights[index % lights.length],
});

/** Of all views, those that may show the clothes, the background and the light of the portrait of stage 02. */
const plainShare = 1 / 2;

/**
 * The views of stages 03 and 04, each in its setting: stage 04 in another each time, and of stage 03 what exceeds the share.
 */
export function settledViews(dataset: ResolvedProject['dataset']): { first: ViewRequest[]; second: ViewRequest[] } {
  const [calm, varied] = [planViewsI(dataset), planViewsII(dataset)];
  const plain = Math.min(calm.length, Math.max(1, Math.floor(plainShare * (calm.length + varied.length))));
  let next = 0;
  const first = calm.map((view, index): ViewRequest => {
    // Evenly over the angles, the middle of each stretch.
    const isPlain =
      Math.floor(((index + 0.5) * plain) / calm.length + 0.5) > Math.floor(((index - 0.5) * plain) / calm.length + 0.5);
    return { ...view, setting: isPlain ? 'plain' : settingAt(next++) };
  });
  return { first, second: varied.map((view) => ({ ...view, setting: settingAt(next++) })) };
}

/** The views of stages 03 and 04 as the project asks for them. */
export const viewsOf = (dataset: ResolvedProject['dataset']): { first: ViewRequest[]; second: ViewRequest[] } =>
  dataset.vary ? settledViews(dataset) : { first: planViewsI(dataset), second: planViewsII(dataset) };
