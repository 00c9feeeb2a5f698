import type { ReadArtifact } from './files.js';
import type { ReportData, ReportRecord, Strip } from '../run/record.js';

/** Brings together what a run hands over by reference. */
export async function openReport(record: ReportRecord, read: ReadArtifact): Promise<ReportData> {
  const { strips } = record;
  if (Array.isArray(strips)) return { ...record, strips };
  return { ...record, strips: JSON.parse((await read(strips)).toString('utf8')) as Strip[] };
}
