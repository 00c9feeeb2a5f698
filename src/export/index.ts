export { exportLora } from './export.js';
export type { ExportedLora, ExportOptions } from './export.js';
export type { ExportSource } from './checkpoints.js';
export { ExportError } from './errors.js';
export type { ExportErrorCode } from './errors.js';
export { formats } from './tensor-names.js';
export type { Format } from './tensor-names.js';
export { loraFolderOf } from './names.js';
