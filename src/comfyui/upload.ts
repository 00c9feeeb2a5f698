import type { FormData } from 'undici';
import type { Connection } from './connection.js';
import { checkImage } from './image-check.js';
import { parseReply, uploadReply } from './replies.js';
import { tellServerFault } from './server-fault.js';

const folder = 'azit';
const extensions: Record<string, string> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' };

/**
 * Puts a picture into the server's input folder under a name made of its content; a second time finds the first.
 * @returns what a LoadImage node takes
 */
export async function uploadImage(bytes: Buffer, sha256: string, connection: Connection): Promise<string> {
  const checked = checkImage(bytes);
  const mediaType = checked.ok ? checked.mediaType : 'application/octet-stream';
  const name = `${sha256}.${extensions[mediaType] ?? 'img'}`;
  const stored = await upload(bytes, name, mediaType, connection, false);
  if (stored === name) return `${folder}/${stored}`;
  // Renamed: other bytes have our name, so an earlier upload was cut. Only the same bytes may ever have it.
  return `${folder}/${await upload(bytes, name, mediaType, connection, true)}`;
}

async function upload(
  bytes: Buffer,
  name: string,
  mediaType: string,
  connection: Connection,
  overwrite: boolean,
): Promise<string> {
  const form = (Form: typeof FormData): FormData => {
    const data = new Form();
    data.set('image', new Blob([new Uint8Array(bytes)], { type: mediaType }), name);
    data.set('type', 'input');
    data.set('subfolder', folder);
    if (overwrite) data.set('overwrite', 'true');
    return data;
  };
  const path = '/upload/image';
  const reply = await connection
    .callPatiently('POST', path, { form, timeoutMs: connection.timeouts.transferMs })
    .catch(tellServerFault(connection));
  if (reply.status !== 200) throw connection.badReply(path, `status ${reply.status}`, reply.status);
  const stored = parseReply(connection, uploadReply, connection.json(reply, path), path);
  if (stored.subfolder !== folder || /[/\\]|^\.\.?$/.test(stored.name)) {
    throw connection.badReply(path, `an unexpected location for the file (${stored.subfolder}/${stored.name})`);
  }
  return stored.name;
}
