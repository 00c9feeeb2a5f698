import path from 'node:path';
import { writeWhole } from './files.js';
import { writeReport, type WriteReportOptions } from './write.js';

export interface WriteFolderOptions extends Omit<WriteReportOptions, 'write'> {
  /** Made if it is not there; files of others in it are left alone. */
  directory: string;
}

export interface ReportFiles {
  /** Absolute or relative as `directory` is. */
  html: string;
  json: string;
  /** Everything written, report.html and report.json last; relative to the directory. */
  files: string[];
}

/** The report as a folder. What lies there already and is right costs reads only. */
export async function writeReportFolder({ directory, ...options }: WriteFolderOptions): Promise<ReportFiles> {
  const files = await writeReport({
    ...options,
    write: (file, bytes) => writeWhole(path.join(directory, file), bytes),
  });
  return { html: path.join(directory, 'report.html'), json: path.join(directory, 'report.json'), files };
}
