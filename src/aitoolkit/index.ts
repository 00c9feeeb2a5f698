export { createAiToolkit, type AiToolkitOptions } from './ai-toolkit.js';
export { probeTrainer, type Probe } from './probe.js';
export { bytesToWrite } from './sizes.js';
