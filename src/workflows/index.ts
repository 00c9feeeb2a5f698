// Each export is a workflow type.
export { pipeline } from './pipeline.js';
export { checkpointSweep } from './checkpoint-sweep.js';
