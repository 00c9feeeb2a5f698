import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { Engine } from '../engine.js';
import { annotated, isWithin, type StorageType } from '../folders.js';
import { empty, type Reply } from '../http.js';
import type { Router } from '../router.js';

const mediaTypes: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.txt': 'text/plain',
  '.json': 'application/json',
};

const guards = { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" };

export function addViewRoute(router: Router, engine: Engine): void {
  router.both('GET', '/view', ({ query }) => view(query, engine));
}

async function view(query: URLSearchParams, { folders, dialect }: Engine): Promise<Reply> {
  const given = query.get('filename');
  if (given === null) return empty(404);
  const { name, type } = annotated(given, (query.get('type') ?? 'output') as StorageType);
  const root = folders.ofName(type);
  if (name === '' || name.startsWith('/') || name.includes('..') || root === null) return empty(400);
  const folder = path.resolve(root, query.get('subfolder') ?? '');
  if (!isWithin(root, folder)) return empty(403);
  const filename = path.posix.basename(name);
  const bytes = await readFile(path.join(folder, filename)).catch(() => null);
  if (bytes === null) return empty(404);
  const { body, mediaType } = await converted(bytes, filename, query);
  const headers = {
    'content-type': mediaType,
    'content-disposition': `filename="${filename}"`,
    ...(dialect.guardsViews && guards),
  };
  return { status: 200, headers, body };
}

/** `preview=webp;90` and `channel=rgb|a` are encoded anew; everything else is the file itself. */
async function converted(
  bytes: Buffer,
  filename: string,
  query: URLSearchParams,
): Promise<{ body: Buffer; mediaType: string }> {
  const channel = query.get('channel') ?? '';
  const preview = query.get('preview')?.split(';');
  if (preview) {
    const format = preview[0] === 'jpeg' && !channel.includes('a') ? 'jpeg' : 'webp';
    const quality = /^\d+$/.test(preview.at(-1) as string) ? Number(preview.at(-1)) : 90;
    const body = await sharp(bytes)
      .toFormat(format, { quality: Math.min(100, Math.max(1, quality)) })
      .toBuffer();
    return { body, mediaType: `image/${format}` };
  }
  if (channel === 'rgb') return { body: await sharp(bytes).removeAlpha().png().toBuffer(), mediaType: 'image/png' };
  if (channel === 'a')
    return { body: await sharp(bytes).ensureAlpha().extractChannel(3).png().toBuffer(), mediaType: 'image/png' };
  const mediaType = mediaTypes[path.extname(filename).toLowerCase()] ?? 'application/octet-stream';
  return { body: bytes, mediaType };
}
