import type { Connection } from './connection.js';
import { ComfyError } from './errors.js';
import { checkLora, type LoraFile } from './lora-file.js';
import { isWritable, putIntoFolder } from './lora-folder.js';
import { offersUpload, uploadLora } from './lora-upload.js';
import { names, parseReply } from './replies.js';
import { pause } from './wake.js';

const firstPollMs = 25;
const lastPollMs = 1000;

/**
 * Brings a LoRA to the server: checked, whole, under a name of its content that never gets other content (ComfyUI keeps
 * loaded LoRAs by name). Through the folder that server and worker share, else by upload where the server offers it.
 * @returns the name as the server lists it. It becomes part of the graph, and so of the picture's bytes.
 */
export async function ensureLora(
  file: LoraFile,
  lorasDir: string | undefined,
  connection: Connection,
  signal?: AbortSignal,
): Promise<string> {
  await checkLora(file.path);
  const { logger, label: server } = connection;
  if (lorasDir) {
    const name = await putIntoFolder(file, lorasDir, connection);
    logger.debug({ name, server, way: 'folder' }, 'the LoRA is in the folder that ComfyUI reads');
    return await untilListed(name, lorasDir, connection, signal);
  }
  if (!(await offersUpload(connection))) {
    const message = `ComfyUI at ${server} does not accept LoRAs over HTTP, and the worker does not know its folder: give --loras-dir (its models/loras, as the worker sees it), or start ComfyUI 0.27 or later with --enable-assets.`;
    throw new ComfyError('bad-setting', message, { wanted: 'lora' });
  }
  const name = await uploadLora(file, connection);
  logger.debug({ name, server, way: 'upload' }, 'the LoRA was uploaded to ComfyUI, which keeps it permanently');
  return name;
}

/** One look: whether the worker may write the folder, or the server takes uploads. */
export async function takesLoras(lorasDir: string | undefined, connection: Connection): Promise<boolean> {
  return lorasDir ? await isWritable(lorasDir) : await offersUpload(connection);
}

/** Network file systems show a new file late; the list is also where Windows servers spell it with backslashes. */
async function untilListed(
  name: string,
  lorasDir: string,
  connection: Connection,
  signal?: AbortSignal,
): Promise<string> {
  const giveUpAt = performance.now() + connection.timeouts.listMs;
  for (let waitMs = firstPollMs; ; waitMs = Math.min(lastPollMs, waitMs * 2)) {
    const found = await listedName(name, connection);
    if (found !== undefined) return found;
    if (performance.now() > giveUpAt) {
      const message = `ComfyUI at ${connection.label} does not list ${name}, which is in ${lorasDir}: set --loras-dir to the models/loras folder of this server.`;
      throw new ComfyError('bad-setting', message);
    }
    await pause(waitMs, signal);
  }
}

/** `--loras-dir` may be a folder inside the server's: then the list has more before our name. */
async function listedName(name: string, connection: Connection): Promise<string | undefined> {
  const listed = parseReply(connection, names, await connection.getJson('/models/loras'), '/models/loras');
  return listed.find((entry) => `/${entry.replaceAll('\\', '/')}`.endsWith(`/${name}`));
}
