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
/** Where hair is to vary too. */
const hairStyles = ['ponytail', 'hair bun', 'wavy hair'];

const settingAt = (index: number, hair: boolean): Setting => ({
  clothes: clothes[index % clothes.length],
  background: backgrounds[index % backgrounds.length],
  light: lights[index % lights.length],
  ...(hair ? { hair: hairStyles[index % hairStyles.length] } : {}),
});

/** Of all views, those that may show the clothes, the background and the light of the portrait of stage 02. */
const plainShare = 1 / 2;

/**
 * The views of stages 03 and 04, each in its setting: stage 04 in another each time, and of stage 03 what exceeds the share.
 */
export function settledViews(dataset: ResolvedProject['dataset']): { first: ViewRequest[]; second: ViewRequest[] } {
  const [calm, more] = [planViewsI(dataset), planViewsII(dataset)];
  const plain = Math.min(calm.length, Math.max(1, Math.floor(plainShare * (calm.length + more.length))));
  const varied = (view: ViewRequest): ViewRequest => ({ ...view, setting: settingAt(next++, dataset.vary === 'hair') });
  let next = 0;
  const first = calm.map((view, index): ViewRequest => {
    // Evenly over the angles, the middle of each stretch.
    const isPlain =
      Math.floor(((index + 0.5) * plain) / calm.length + 0.5) > Math.floor(((index - 0.5) * plain) / calm.length + 0.5);
    return isPlain ? { ...view, setting: 'plain' } : varied(view);
  });
  return { first, second: more.map(varied) };
}

/** The views of stages 03 and 04 as the project asks for them. */
export const viewsOf = (dataset: ResolvedProject['dataset']): { first: ViewRequest[]; second: ViewRequest[] } =>
  dataset.vary ? settledViews(dataset) : { first: planViewsI(dataset), second: planViewsII(dataset) };
