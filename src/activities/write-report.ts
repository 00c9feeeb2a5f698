import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { ArtifactRef } from '../artifacts/ref.js';
import type { ArtifactStore } from '../artifacts/store.js';
import type { ReportRecord } from '../report/data.js';
import { azitVersion } from '../machine/version.js';
import { openReport, writeReportFolder } from '../report/index.js';
import type { WriteReportResult } from './types.js';

const mediaTypes: Record<string, string> = {
  '.html': 'text/html',
  '.json': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
};

export const createReportActivities = ({ store }: { store: ArtifactStore }) => ({
  /** Makes the report and keeps it file by file, so that any machine with the store can lay it out again. */
  async writeReport(record: ReportRecord): Promise<WriteReportResult> {
    const directory = await mkdtemp(join(tmpdir(), 'azit-report-'));
    try {
      const read = (ref: ArtifactRef) => store.readBytes(ref);
      const data = await openReport(record, read);
      const provenance = { azit: azitVersion(), ...data.provenance };
      const { files } = await writeReportFolder({ data: { ...data, provenance }, read, directory });
      const entries: { path: string; ref: ArtifactRef }[] = [];
      for (const path of files) {
        const mediaType = mediaTypes[extname(path)] ?? 'application/octet-stream';
        entries.push({ path, ref: await store.putFile(join(directory, path), { name: path, mediaType }) });
      }
      const manifest = await store.putBytes(Buffer.from(JSON.stringify(entries)), {
        name: 'report-files.json',
        mediaType: 'application/json',
      });
      const report = entries.find(({ path }) => path === 'report.json');
      if (!report) throw new Error('The report was written without its report.json.');
      return { manifest, report: report.ref };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
});
