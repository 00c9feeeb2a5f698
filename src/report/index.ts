export { openReport } from './files.js';
export { writeReportFolder, type WriteFolderOptions, type ReportFiles } from './folder.js';
export { writeReport, type WriteReportOptions } from './write.js';
export type { ThumbnailMemory } from './album.js';
export type { DrawingMemory } from './charts/drawing.js';
export type { StripMemory } from './strip/compose.js';
export { verifyReportFolder, type Verification } from './verify.js';
export { reportSchema, type Report } from './schema.js';
export type { ReadArtifact } from './files.js';
