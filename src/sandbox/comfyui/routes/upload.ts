import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import busboy from 'busboy';
import type { IncomingMessage } from 'node:http';
import type { Engine } from '../engine.js';
import { MAX_BODY_BYTES } from '../limits.js';
import { isWithin } from '../folders.js';
import { empty, json, refuseLarge, ReplyError, serverError, tooLarge, type Reply } from '../http.js';
import type { Router } from '../router.js';
import { writeWhole } from '../write-whole.js';

interface Form {
  fields: Map<string, string>;
  image: { filename: string; bytes: Buffer } | null;
}

export function addUploadRoute(router: Router, engine: Engine): void {
  router.both('POST', '/upload/image', async ({ message }) => await upload(await readForm(message), engine));
}

async function upload({ fields, image }: Form, { folders }: Engine): Promise<Reply> {
  const type = fields.get('type') ?? 'input';
  const root = folders.ofName(type);
  if (root === null) return serverError;
  if (!image) return empty(400);
  const { filename, bytes } = image;
  if (failsToOpen(filename)) return serverError;
  const subfolder = fields.get('subfolder') ?? '';
  const folder = path.resolve(root, path.posix.normalize(subfolder));
  if (!isWithin(root, folder) || !isWithin(root, path.resolve(folder, filename))) return empty(400);
  if (filename === '..') return serverError;
  await mkdir(folder, { recursive: true });
  const overwrite = ['true', '1'].includes(fields.get('overwrite') ?? '');
  return json({ name: await store(folder, filename, bytes, overwrite), subfolder, type });
}

/** Names that Python's open() fails on: no name, a folder, one in a folder that is not there, one that is too long. */
function failsToOpen(filename: string): boolean {
  const inFolder = filename.includes('/') && !path.posix.normalize(filename).startsWith('..');
  return filename === '' || filename === '.' || inFolder || Buffer.byteLength(filename) > 255;
}

/** Equal bytes keep the name and are not written again; other bytes under a taken name become "a (1).png". */
async function store(folder: string, filename: string, bytes: Buffer, overwrite: boolean): Promise<string> {
  const { name: stem, ext } = path.parse(filename);
  const hash = sha256(bytes);
  let name = filename;
  for (let i = 1; !overwrite; i++) {
    const there = await readFile(path.join(folder, name)).catch(() => null);
    if (there === null) break;
    if (sha256(there) === hash) return name;
    name = `${stem} (${i})${ext}`;
  }
  await writeWhole(path.join(folder, name), bytes);
  return name;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** What is sent as no form is one without fields. @throws ReplyError 413, or 500 for a form that is broken. */
async function readForm(message: IncomingMessage): Promise<Form> {
  refuseLarge(message);
  const form: Form = { fields: new Map(), image: null };
  if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)/.test(message.headers['content-type'] ?? ''))
    return form;
  await new Promise<void>((resolve, reject) => {
    const broken = () => reject(new ReplyError(serverError));
    let parser: busboy.Busboy;
    try {
      const limits = { fileSize: MAX_BODY_BYTES, files: 8, fields: 64, fieldSize: 1_048_576 };
      parser = busboy({ headers: message.headers, preservePath: true, defParamCharset: 'utf8', limits });
    } catch {
      return broken();
    }
    parser.on('field', (name, value) => form.fields.set(name, value));
    parser.on('file', (field, stream, { filename }) => {
      const chunks: Buffer[] = [];
      stream.on('limit', () => reject(new ReplyError(tooLarge)));
      stream.on('data', (chunk: Buffer) => field === 'image' && chunks.push(chunk));
      stream.on('end', () => {
        // aiohttp takes a backslash in a quoted name for an escape: "..\x" -> "..x".
        const name = (filename ?? '').replace(/\\(.)/g, '$1');
        if (field === 'image') form.image = { filename: name, bytes: Buffer.concat(chunks) };
      });
    });
    parser.on('close', resolve);
    parser.on('error', broken);
    message.on('error', broken);
    message.pipe(parser);
  });
  return form;
}
