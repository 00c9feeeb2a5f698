import { PARAMETERS } from '../head/scene.js';
import type { Tensor } from './types.js';

/** The base model as a checkpoint file would hold it: rest and spread of every scene number. The code is the model. */
export function baseModelTensors(): Map<string, Tensor> {
  const column = (values: number[]): Tensor => ({ shape: [values.length], data: Float32Array.from(values) });
  return new Map([
    ['model.scene.rest', column(PARAMETERS.map(({ rest }) => rest))],
    ['model.scene.spread', column(PARAMETERS.map(({ spread }) => spread))],
  ]);
}
