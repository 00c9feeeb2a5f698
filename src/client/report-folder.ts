import { join } from 'node:path';
import type { ArtifactRef } from '../artifacts/ref.js';
import type { ArtifactStore } from '../artifacts/store.js';

/** Where the files of a written report lie. */
export interface WrittenReport {
  directory: string;
  html: string;
  json: string;
}

export function writtenReportIn(directory: string): WrittenReport {
  return { directory, html: join(directory, 'report.html'), json: join(directory, 'report.json') };
}

/** Lays out the report that a finished run has stored, file by file; what is already there and right is left alone. */
export async function layOutStoredReport(
  store: ArtifactStore,
  manifest: ArtifactRef,
  directory: string,
): Promise<WrittenReport> {
  const files = JSON.parse((await store.readBytes(manifest)).toString()) as { path: string; ref: ArtifactRef }[];
  for (const { path, ref } of files) await store.readToFile(ref, join(directory, path));
  return writtenReportIn(directory);
}
