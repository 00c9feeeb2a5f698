import { saysDiskFull } from '../run/failures.js';
import type { Connection } from './connection.js';
import { ComfyError } from './errors.js';
import { readLog } from './server.js';

/** The last line of Python's traceback: `OSError: [Errno 30] Read-only file system: '/input/azit'`. */
const diskError = /^\w*Error: (\[Errno \d+\] [^\r\n]{1,300})/m;

/** A disk that takes no upload is a bare 500 to us: only the traceback in the server's log says why. */
export const tellDiskFault =
  (connection: Connection) =>
  async (error: unknown): Promise<never> => {
    if (!(error instanceof ComfyError) || error.status !== 500) throw error;
    const entries = await readLog(connection).catch(() => []);
    const text = entries.map(({ m }) => m).join('');
    const newest = text.slice(Math.max(0, text.lastIndexOf('Traceback (most recent call last)')));
    if (saysDiskFull(newest)) {
      const message = `The disk of ComfyUI at ${connection.label} is full: free disk space there.`;
      throw new ComfyError('disk-full', message, { cause: error });
    }
    const [, fault] = diskError.exec(newest) ?? [];
    if (fault === undefined) throw error;
    const message = `ComfyUI at ${connection.label} can't store uploads: make its input folder writable. (${fault})`;
    throw new ComfyError('disk-fault', message, { status: 500, cause: error });
  };
