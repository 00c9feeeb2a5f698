import type { Context, Hono } from 'hono';
import { StoreSettingError, StoreUnavailableError } from '../../artifacts/errors.js';
import type { ArtifactRef } from '../../run/ref.js';
import { fileLimits } from '../../files/limits.js';
import { whoOf } from '../door/sessions.js';
import { Shares } from '../door/shares.js';
import type { Studio, StudioEnv } from '../studio.js';
import { isThumbnailSide } from './album.js';
import { pngText } from './png-text.js';
import { pictureTypeOf } from './sniff.js';

/** Of images as they are, in bytes: each is in memory while it is handed out. */
const limits = { ofAll: 256 * 1024 ** 2, ofOne: 96 * 1024 ** 2 };
const pieceBytes = 64 * 1024;
/** By content, so never another one. */
const forever = 'private, max-age=31536000, immutable';
const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** Pictures by their hash: only those that a run's page shows, and only what a browser can show safely. */
export function addPictures(app: Hono<StudioEnv>, { runs, faces, store, thumbnails }: Studio): void {
  const read = async (ref: ArtifactRef): Promise<Buffer> => {
    if (ref.bytes > fileLimits.picture) throw new Error('larger than an image may be');
    return await (await store()).readBytes(ref);
  };

  const inMemory = new Shares(limits);

  app.get('/artifact/:sha256', async (c) => {
    const sha256 = c.req.param('sha256');
    const ref = isSha256(sha256) ? await runs.picture(sha256, c.req.query('of')).catch(() => null) : null;
    if (!ref) return c.text('No run shown here has this file.\n', 404);
    const end = inMemory.take(whoOf(c.var.session), ref.bytes);
    if (!end) return c.text('Other images are under way: try again in a moment.\n', 503, { 'retry-after': '2' });
    c.env.outgoing.once('close', end);
    const bytes = await read(ref).catch(unlessAway);
    if (isAway(bytes)) return away(c, bytes);
    const type = bytes && pictureTypeOf(bytes);
    if (type)
      return c.body(inPieces(bytes), 200, {
        'content-type': type,
        'content-length': String(bytes.length),
        'cache-control': forever,
      });
    if (!bytes || ref.mediaType !== 'application/json')
      return c.text('The file is missing, damaged or not an image.\n', 404);
    // A render graph: to be saved, never shown.
    const disposition = `attachment; filename="${ref.name.replace(/[^\w.-]/g, '-')}"`;
    return c.body(bodyOf(bytes), 200, { 'content-type': 'application/json', 'content-disposition': disposition });
  });

  // The graph that drew it, as ComfyUI reads it: from the picture's own metadata.
  app.get('/artifact/:sha256/graph.json', async (c) => {
    const sha256 = c.req.param('sha256');
    const ref = isSha256(sha256) ? await runs.picture(sha256, c.req.query('of')).catch(() => null) : null;
    const bytes = ref && (await read(ref).catch(unlessAway));
    if (isAway(bytes)) return away(c, bytes);
    const graph = bytes && pngText(bytes, 'prompt');
    if (!graph) return c.text('The image holds no graph.\n', 404);
    const disposition = `attachment; filename="${sha256.slice(0, 12)}.json"`;
    return c.body(graph, 200, { 'content-type': 'application/json', 'content-disposition': disposition });
  });

  app.get('/run/:id/facts/:sha256', async (c) => {
    const run = await runs.seen(c.req.param('id'));
    const facts = run.factsOf(c.req.param('sha256'));
    if (!facts) return c.json({ prompt: null, seed: null, nearest: null }, 404);
    const { prompt, seed, nearest } = facts;
    return c.json({
      prompt,
      seed,
      nearest: nearest && {
        address: `/artifact/${nearest.image.sha256}?of=${encodeURIComponent(run.run.runId)}`,
        similarity: nearest.similarity.toFixed(3),
        isCopy: nearest.isCopy,
      },
    });
  });

  app.get('/thumbnail/:sha256/:side', async (c) => {
    const [sha256, side] = [c.req.param('sha256'), Number(c.req.param('side'))];
    const ref =
      isSha256(sha256) && isThumbnailSide(side)
        ? await runs.picture(sha256, c.req.query('of')).catch(() => null)
        : null;
    if (!ref || !isThumbnailSide(side)) return c.text('No run shown here has this file.\n', 404);
    const made = await thumbnails.of(sha256, side, async () => await soundPicture(ref, read)).catch(unlessAway);
    if (isAway(made)) return away(c, made);
    if (!made) return c.text('The file is missing, damaged or not an image.\n', 404);
    return c.body(bodyOf(made), 200, { 'content-type': 'image/webp', 'cache-control': forever });
  });

  app.get('/run/:id/face', async (c) => {
    const ref = await faces.of(c.req.param('id')).catch(() => null);
    const made = ref && (await thumbnails.of(ref.sha256, 320, () => soundPicture(ref, read)).catch(() => null));
    if (!made) return c.body(noFace, 200, { 'content-type': 'image/png', 'cache-control': 'private, max-age=10' });
    return c.body(bodyOf(made), 200, { 'content-type': 'image/webp', 'cache-control': 'private, max-age=60' });
  });
}

/** One pixel that shows what is behind it. */
const noFace = new Uint8Array(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADUlEQVQI12NgYGBgAAAABQABXvMqOgAAAABJRU5ErkJggg==',
    'base64',
  ),
);

/** What is decoded is a picture by its bytes: an SVG would be drawn, with all that it names. */
async function soundPicture(ref: ArtifactRef, read: (ref: ArtifactRef) => Promise<Buffer>): Promise<Buffer> {
  const bytes = await read(ref);
  if (!pictureTypeOf(bytes)) throw new Error('not an image');
  return bytes;
}

/** A store that does not answer, or refuses, has lost nothing: the page asks again. */
type StoreAway = StoreUnavailableError | StoreSettingError;
const isAway = (value: unknown): value is StoreAway =>
  value instanceof StoreUnavailableError || value instanceof StoreSettingError;
const unlessAway = (error: unknown): StoreAway | null => (isAway(error) ? error : null);

const away = (c: Context<StudioEnv>, error: StoreAway): Response =>
  c.text(`${error.message}\n`, 503, { 'retry-after': '5' });

/** Not at once: a reader that takes nothing is found out by the piece that it does not take. */
function inPieces(bytes: Buffer): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        controller.enqueue(new Uint8Array(bytes.subarray(at, at + pieceBytes)));
        at += pieceBytes;
        if (at >= bytes.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

const bodyOf = (bytes: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
