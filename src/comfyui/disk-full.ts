import type { Connection } from './connection.js';
import { ComfyError } from './errors.js';
import { readLog } from './server.js';

const noSpace = /No space left on device|Disk quota exceeded/;

/** A disk that is full while a file is uploaded is a bare 500 to us: only the traceback in the server's log says why. */
export const tellFullDisk =
  (connection: Connection) =>
  async (error: unknown): Promise<never> => {
    if (!(error instanceof ComfyError) || error.status !== 500) throw error;
    const entries = await readLog(connection).catch(() => []);
    const text = entries.map(({ m }) => m).join('');
    const newest = text.slice(Math.max(0, text.lastIndexOf('Traceback (most recent call last)')));
    if (!noSpace.test(newest)) throw error;
    const message = `The disk of ComfyUI at ${connection.label} is full: free space there.`;
    throw new ComfyError('disk-full', message, { cause: error });
  };
