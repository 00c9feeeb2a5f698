import { saysDiskFull } from '../run/failures.js';
import type { Connection } from './connection.js';
import { ComfyError } from './errors.js';
import { readLog } from './server.js';

/** Raised by a server with --multi-user where a request names no user that it knows. */
const unknownUser = /^KeyError: ['"]Unknown user/m;
/** The last line of Python's traceback: `OSError: [Errno 30] Read-only file system: '/input/azit'`. */
const diskError = /^\w*Error: (\[Errno \d+\] [^\r\n]{1,300})/m;
const anyError = /^([\w.]*(?:Error|Exception)\b[^\r\n]{0,300})/m;

/** An exception of the server's own is a bare 500 to us: only the traceback in its log says why. */
export const tellServerFault =
  (connection: Connection) =>
  async (error: unknown): Promise<never> => {
    if (!(error instanceof ComfyError) || error.status !== 500) throw error;
    const { label } = connection;
    const options = { status: 500, cause: error };
    const entries = await readLog(connection).catch(() => []);
    const text = entries.map(({ m }) => m).join('');
    const newest = text.slice(Math.max(0, text.lastIndexOf('Traceback (most recent call last)')));
    if (saysDiskFull(newest)) {
      throw new ComfyError('disk-full', `The disk of ComfyUI at ${label} is full: free disk space there.`, options);
    }
    if (unknownUser.test(newest)) {
      const message = `${error.message} It runs with --multi-user, and the requests name no user that it knows: start the worker with --header 'comfy-user: ID'.`;
      throw new ComfyError('bad-setting', message, options);
    }
    const [, fault] = diskError.exec(newest) ?? [];
    if (fault !== undefined) {
      const message = `ComfyUI at ${label} can't store uploads: make its input folder writable. (${fault})`;
      throw new ComfyError('disk-fault', message, options);
    }
    if (error.kind !== 'failing') throw error;
    const [, raised] = anyError.exec(newest) ?? [];
    const why = raised
      ? `Its latest exception: ${raised}`
      : "If it runs with --multi-user, start the worker with --header 'comfy-user: ID'.";
    throw new ComfyError('failing', `${error.message} ${why}`, options);
  };
