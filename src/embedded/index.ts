export { Embedded } from './embedded.js';
export type { EmbeddedOptions } from './embedded.js';
export { EmbeddedError } from './errors.js';
export { embeddedHome, userCache, type EmbeddedHome } from './home.js';
export type { Needs } from './services.js';
export { findTemporal } from './temporal-binary.js';
