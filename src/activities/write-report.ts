import type { Activities } from '../run/activities.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { extname } from 'node:path';
import type { ArtifactRef } from '../run/ref.js';
import { azitVersion } from '../machine/version.js';
import type { ReportRecord } from '../run/record.js';
import { openReport, writeReport } from '../report/index.js';
import { drawingRecords } from './drawing-records.js';
import { stripRecords } from './strip-records.js';
import { whileBeating } from './liveness.js';
import { thumbnailRecords } from './thumbnail-records.js';
import type { WriteReportResult } from '../run/contracts.js';
import type { BatchHeartbeat } from '../run/heartbeats.js';

const mediaTypes: Record<string, string> = {
  '.html': 'text/html',
  '.json': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
};

export const createReportActivities = ({
  store,
}: {
  store: ArtifactStore;
}): Pick<Activities['pipeline'], 'writeReport'> => ({
  /**
   * Makes the report and keeps it file by file, so that any machine with the store can lay it out again. Each file goes
   * straight there: another attempt finds it, and no disk has to hold a second copy of the largest sweep.
   */
  async writeReport(record: ReportRecord): Promise<WriteReportResult> {
    const beat = (done: number, of: number): BatchHeartbeat => ({ kind: 'batch', what: 'report', done, of });
    return await whileBeating(beat(0, 0), async (report, signal) => {
      const read = (ref: ArtifactRef) => store.readBytes(ref);
      const kept = new Map<string, ArtifactRef>();
      const write = async (path: string, bytes: Buffer | string): Promise<string> => {
        const mediaType = mediaTypes[extname(path)] ?? 'application/octet-stream';
        const ref = await store.putBytes(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, {
          name: path,
          mediaType,
        });
        kept.set(path, ref);
        return ref.sha256;
      };
      const data = await openReport(record, read);
      const files = await writeReport({
        data: { ...data, provenance: { azit: azitVersion(), ...data.provenance } },
        read,
        write,
        thumbnails: thumbnailRecords(store),
        drawings: drawingRecords(store, record.run.id),
        strips: stripRecords(store, record.run.id),
        onProgress: (done, of) => report(beat(done, of)),
        signal,
      });
      const entries = files.map((path) => ({ path, ref: kept.get(path)! }));
      const manifest = await store.putBytes(Buffer.from(JSON.stringify(entries)), {
        name: 'report-files.json',
        mediaType: 'application/json',
      });
      return { manifest, report: kept.get('report.json')! };
    });
  },
});
