import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Connection } from './connection.js';
import { tellServerFault } from './server-fault.js';
import { ComfyError } from './errors.js';
import type { LoraFile } from './lora-file.js';
import { names, parseReply } from './replies.js';

/** 1 MB/s: a slower line would need more than an hour for a large LoRA. */
const slowestBytesPerMs = 1000;
/** Each try has other padding, and so other content. */
const maxTries = 3;

const features = z.object({ assets: z.boolean().catch(false) }).catch({ assets: false });
const assetReply = z.object({
  hash: z.string().regex(/^blake3:[0-9a-f]{64}$/),
  loader_path: z.string().optional(),
  size: z.number(),
});

/** Servers from 0.27 on that were started with --enable-assets. */
export async function offersUpload(connection: Connection): Promise<boolean> {
  const reply = await connection.callPatiently('GET', '/features');
  return reply.status === 200 && features.parse(connection.json(reply, '/features')).assets;
}

/**
 * Uploads a LoRA as an asset of the server, which names it by its blake3. The same content again writes nothing and names
 * no path, also where it is known in another role (a picture, another kind of model) or was deleted from the disk: then a
 * header with more padding, which every reader skips, makes it new content.
 * @returns the name as the server lists it
 */
export async function uploadLora(file: LoraFile, connection: Connection): Promise<string> {
  for (let padding = 0; padding < maxTries; padding++) {
    const { hash, loader_path: path } = await post(file, padding * 8, connection);
    const name = path ?? `${hash.slice('blake3:'.length)}.safetensors`;
    const listed = parseReply(connection, names, await connection.getJson('/models/loras'), '/models/loras');
    const found = listed.find((entry) => entry.replaceAll('\\', '/') === name.replaceAll('\\', '/'));
    if (found !== undefined) return found;
  }
  const message = `ComfyUI at ${connection.label} accepted the LoRA ${file.label} but does not list it: give the worker --loras-dir.`;
  throw new ComfyError('bad-setting', message);
}

async function post(file: LoraFile, padding: number, connection: Connection): Promise<z.output<typeof assetReply>> {
  const path = '/api/assets';
  const { size } = await stat(file.path);
  const reply = await connection
    .callPatiently('POST', path, {
      stream: () => multipart(file, size, padding),
      timeoutMs: connection.timeouts.transferMs + size / slowestBytesPerMs,
    })
    .catch(tellServerFault(connection));
  if (reply.status !== 200 && reply.status !== 201) {
    throw connection.badReply(path, `status ${reply.status}`, reply.status);
  }
  const stored = parseReply(connection, assetReply, connection.json(reply, path), path);
  if (stored.size === size + padding) return stored;
  throw new ComfyError('dropped', `${connection.label} has ${stored.size} bytes of the LoRA's ${size + padding}.`);
}

/** Tags before the file: the server reads the parts in order. Streamed: a LoRA may have a gigabyte. */
function multipart(file: LoraFile, size: number, padding: number) {
  const boundary = `azit-${randomBytes(12).toString('hex')}`;
  const field = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head = Buffer.from(
    `${field('tags', 'models,model_type:loras')}${field('name', `azit-${file.sha256.slice(0, 12)}.safetensors`)}` +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file.sha256.slice(0, 12)}.safetensors"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.length + size + padding + tail.length,
    async *body() {
      yield head;
      yield* padded(file.path, padding);
      yield tail;
    },
  };
}

/** The file with `padding` more spaces at the end of its header. */
async function* padded(path: string, padding: number): AsyncGenerator<Buffer> {
  let start = 0;
  if (padding > 0) {
    const length = Buffer.alloc(8);
    const handle = await open(path, 'r');
    try {
      await handle.read(length, 0, 8, 0);
      const header = Buffer.alloc(Number(length.readBigUInt64LE()));
      await handle.read(header, 0, header.length, 8);
      length.writeBigUInt64LE(BigInt(header.length + padding));
      start = 8 + header.length;
      yield Buffer.concat([length, header, Buffer.alloc(padding, ' ')]);
    } finally {
      await handle.close();
    }
  }
  for await (const piece of createReadStream(path, { start, highWaterMark: 1024 * 1024 })) yield piece as Buffer;
}
