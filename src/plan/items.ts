import { anchorItems, canonicalItems, editorialItems, viewItems, viewsOf } from '../dataset/index.js';
import { guardAnchorOf } from '../project/watched-steps.js';
import { strengthsOf } from '../project/strengths.js';
import { sweepItems } from '../run/sweep-items.js';
import type { Asked } from './asked.js';

/** An image by what it is asked with; where two are asked with the same, they are the same. */
export interface AskedImage {
  prompt: string;
  seed: number;
}

/** The images of each stage where nothing is rejected. */
export interface AskedImages {
  '01-anchor': AskedImage[];
  '02-canonical': AskedImage[];
  '03-views-i': AskedImage[];
  '04-views-ii': AskedImage[];
  '06-editorial': AskedImage[];
  /** Of each set of the sweep. */
  sweep: AskedImage[];
}

export type RenderingStage = Exclude<keyof AskedImages, 'sweep'>;

export function imagesOf({ project, anchorImage, datasetImages }: Asked): AskedImages {
  const { dataset, sweep, training } = project;
  const isMade = datasetImages === null;
  const { first, second } = viewsOf(dataset);
  return {
    '01-anchor': isMade && anchorImage === null ? anchorItems(project, 0) : [],
    '02-canonical': isMade ? canonicalItems(project, 0) : [],
    '03-views-i': isMade ? viewItems(project, '03-views-i', first, 0) : [],
    '04-views-ii': isMade ? viewItems(project, '04-views-ii', second, 0) : [],
    '06-editorial': editorialItems(project),
    sweep: sweepItems({ prompts: sweep.prompts, seeds: sweep.seeds, seed: training.seed, tests: sweep.tests }),
  };
}

/** What is rendered with every prompt and seed; `step` null: without LoRA. */
export interface AskedSet {
  step: number | null;
  strength: number | null;
}

/** The sets of the sweep, with the early step that is only to check for memorisation, if there is one. */
export function setsOf(project: Asked['project']): AskedSet[] {
  const guardAnchor = guardAnchorOf(project);
  const steps = [...(guardAnchor === null ? [] : [guardAnchor]), ...project.sweep.steps];
  const checkpoints = steps.flatMap((step) => strengthsOf(project.sweep).map((strength) => ({ step, strength })));
  return [{ step: null, strength: null }, ...checkpoints];
}
