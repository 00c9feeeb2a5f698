import { EMBEDDING, MODULES, TRAINABLE } from '../model/adapter.js';

/** The layers of the sandbox's model that an adapter can change: name -> [rows, columns] of its weight. */
export const layerShapes: ReadonlyMap<string, readonly [number, number]> = new Map(
  MODULES.map((module) => [`diffusion_model.${module}`, [TRAINABLE.length, EMBEDDING]]),
);
