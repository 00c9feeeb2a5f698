import type { NodeDefinition } from '../node.js';
import { conditioningNodes } from './conditioning.js';
import { latents } from './latents.js';
import { loadImage } from './load-image.js';
import { loaders } from './loaders.js';
import { pictures } from './pictures.js';
import { kSampler } from './sampler.js';
import { savers } from './save-image.js';

/** Every node class by its name. */
export const nodeClasses: ReadonlyMap<string, NodeDefinition> = new Map(
  Object.entries<NodeDefinition>({
    KSampler: kSampler,
    ...loaders,
    ...conditioningNodes,
    ...latents,
    LoadImage: loadImage,
    ...savers,
    ...pictures,
  }),
);
