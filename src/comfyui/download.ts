import { createHash } from 'node:crypto';
import { posix, win32 } from 'node:path';
import { maxDownloads, maxImageBytes } from './bounds.js';
import type { Connection } from './connection.js';
import { saveNodeIds, type ApiGraph } from './graph.js';
import { checkImage } from './image-check.js';
import { ourPrefix } from './outputs.js';
import type { OutputFile, Outputs } from './replies.js';
import { pause } from './wake.js';

const retryMs = 200;
/** What ComfyUI's nodes for videos, sound and 3D list beside pictures. */
const isOther = /\.(mp4|webm|mkv|mov|avi|gif|latent|wav|flac|mp3|opus|glb|svg)$/i;

export interface DownloadedImage {
  bytes: Buffer;
  sha256: string;
  mediaType: string;
}

/**
 * `gone`: the history names a file that is not there, not whole or not ours; only rendering again helps. `none`: it names
 * no file, as of a graph that saves latents. `other`: a video or sound, which would be one again.
 */
export type Download = { kind: 'whole'; image: DownloadedImage } | { kind: 'gone' | 'none' | 'other'; reason: string };

/** The picture of a finished prompt: whole and hashed. @throws ComfyError 'bad-reply' */
export async function downloadOutput(
  outputs: Outputs,
  graph: ApiGraph,
  connection: Connection,
  signal?: AbortSignal,
): Promise<Download> {
  const file = outputOf(outputs, graph);
  if (!file) return { kind: 'none', reason: 'the prompt finished without an image' };
  refuseTraversal(file, connection);
  if (isOther.test(file.filename)) return { kind: 'other', reason: `${file.filename.slice(0, 80)} is not an image` };
  if (!hasOurPrefix(file, graph))
    return {
      kind: 'gone',
      reason: `it is not ${ourPrefix(graph)}_* but ${file.filename.slice(0, 80)}: another graph used this prompt id, or the server renames files`,
    };
  const query = new URLSearchParams({ filename: file.filename, subfolder: file.subfolder, type: file.type });
  const { transferMs: timeoutMs } = connection.timeouts;
  for (let tries = 1; ; tries++) {
    const options = { timeoutMs, maxBytes: maxImageBytes, signal };
    const reply = await connection.callPatiently('GET', `/view?${query}`, options);
    if (reply.status === 404) return { kind: 'gone', reason: `${file.filename} was deleted on the server` };
    if (reply.status !== 200) throw connection.badReply('/view', `status ${reply.status}`, reply.status);
    const checked = checkImage(reply.body);
    if (checked.ok) {
      const sha256 = createHash('sha256').update(reply.body).digest('hex');
      return { kind: 'whole', image: { bytes: reply.body, sha256, mediaType: checked.mediaType } };
    }
    // A server that was cut off while it wrote has it so for good.
    if (tries === maxDownloads)
      return { kind: 'gone', reason: `${file.filename} is broken there (${checked.problem})` };
    connection.logger.info(
      { file: file.filename, tries },
      `${connection.label} sent a broken image, ${file.filename} (${checked.problem}): downloading it again (${tries} of ${maxDownloads}).`,
    );
    await pause(retryMs, signal);
  }
}

/** The saved picture: of the node titled azit:save, else of any node that saves. */
function outputOf(outputs: Outputs, graph: ApiGraph): OutputFile | undefined {
  const titled = saveNodeIds(graph).flatMap((id) => outputs[id]?.images ?? []);
  const all = titled.length > 0 ? titled : Object.values(outputs).flatMap(({ images }) => images ?? []);
  return all.find(({ type }) => type === 'output');
}

/** Names in replies are not trusted: they go no further than a query, and only in this shape. */
function refuseTraversal({ filename, subfolder }: OutputFile, connection: Connection): void {
  const path = `${subfolder}/${filename}`.replaceAll('\\', '/');
  if (
    !filename ||
    /[/\\]/.test(filename) ||
    [posix, win32].some(({ isAbsolute }) => isAbsolute(subfolder)) ||
    path.split('/').includes('..')
  ) {
    throw connection.badReply('/history', `a file name that leaves its folder (${path.slice(0, 80)})`);
  }
}

/** Prompt ids say which work was meant, prefixes say what was drawn. Only SaveImage's naming is known. */
function hasOurPrefix({ filename, subfolder }: OutputFile, graph: ApiGraph): boolean {
  const prefix = ourPrefix(graph);
  if (prefix === null || graph[saveNodeIds(graph)[0]].class_type !== 'SaveImage') return true;
  return `${subfolder}/${filename}`.replaceAll('\\', '/').startsWith(`${prefix}_`);
}
