export { createFaceEngine, type FaceEngine, type FaceEngineOptions, type FaceMeasurement } from './engine.js';
export { cosine } from './embedding.js';
export { ModelError, PictureError, type ModelFault, type PictureFault } from './errors.js';
export { faceModels, requireModels, verifyModels } from './model-files.js';
export { loadPicture, type Picture, type PictureLimits } from './picture.js';
export { ensureModels, modelsDirectory, pullModels } from './models.js';
export { fromFile, type NamedPicture } from './measurements.js';
export { compareBatch, scoreBatch, type Comparison, type ScoreInput } from './score.js';
export type { Expression, ScoredPicture } from './scored-picture.js';
