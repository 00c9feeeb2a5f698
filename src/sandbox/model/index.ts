import { sceneOf } from './compose.js';
import { drawScene } from './picture.js';
import type { DrawRequest, Picture } from './types.js';

export { baseModelTensors } from './base-model.js';
export { fitReference, type FittedHead } from './fit.js';
export type { DrawRequest, LoraWeights, Picture, Tensor } from './types.js';
export { VOCABULARY } from './vocabulary.js';

/** Draws one picture; the same request gives the same pixels. Width and height are at least 16 pixels. */
export function draw(request: DrawRequest): Picture {
  return drawScene(sceneOf(request), request.width, request.height);
}
