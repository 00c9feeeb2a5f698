export {
  createFaceEngine,
  type FaceEngine,
  type FaceEngineOptions,
  type FaceMeasurement,
  type MeasurementMemory,
} from './engine/engine.js';
export { cosine } from './engine/embedding.js';
export { openEmbedder, openPresent, type OpenedEmbedder } from './engine/open-embedder.js';
export {
  EmbedderError,
  ModelError,
  PictureError,
  type ModelErrorKind,
  type PictureErrorKind,
} from './models/errors.js';
export { faceModels, verifyModels } from './models/model-files.js';
export { loadPicture, type Picture, type PictureLimits } from './engine/picture.js';
export { ensureRuntime } from './models/runtime.js';
export { licenceNotice } from './models/embedders.js';
export { ensureModels, modelsDirectory, pullModels } from './models/models.js';
export { measuringVersion, packed, unpacked } from './score/kept-measurement.js';
export { fromFile, measureCached, type NamedPicture } from './score/measurements.js';
export { compareBatch, scoreBatch, type ComparedPicture, type Comparison, type ScoreInput } from './score/score.js';
export { summariseSet, sweepPictures, type SweptRender, type TrainingFace } from './score/sweep-set.js';
export { openClip, type ClipSimilarity } from './clip/clip.js';
