import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fieldsOf } from '../door/routes.js';
import { whoOf } from '../door/sessions.js';
import { Shares } from '../door/shares.js';
import type { Studio, StudioEnv } from '../studio.js';
import { addCrops } from './crops.js';
import { pictureFields, reviewOf, type TrayFile } from './reviews.js';
import { mostPictureBytes, Tray, trayPlaces, type Dropped } from './tray.js';
import { withPictures } from './use-pictures.js';

/** Each is in memory whole. */
const limits = { ofAll: 4, ofOne: 2 };

const place = z.enum(trayPlaces);

/** The one route that takes more than a form. */
export const uploadPath = '/start/pictures';

/** Images that a person drops, one a request; what was taken, and what not and why. */
export function addUploads(app: Hono<StudioEnv>, studio: Studio): void {
  const underWay = new Shares(limits);
  const trayOf = (c: Context<StudioEnv>, id: string): Tray | null => Tray.of(studio.folder, c.var.session, id);

  app.post(
    uploadPath,
    bodyLimit({
      maxSize: mostPictureBytes,
      onError: (c) => c.json({ said: 'An image may have up to 64 MiB.' }, 413),
    }),
    async (c) => {
      const asked = pictureFields.safeParse(c.req.query());
      const tray = asked.success ? trayOf(c, asked.data.tray) : null;
      if (!asked.success || !tray) return c.json({ said: 'The page is incomplete: reload it.' }, 400);
      const end = underWay.take(whoOf(c.var.session));
      if (!end) return c.json({ said: 'Other images are on their way: try again.' }, 503);
      try {
        const dropped = await tray.drop(asked.data.place, asked.data.name, Buffer.from(await c.req.arrayBuffer()));
        return c.json(dropped satisfies Dropped);
      } finally {
        end();
      }
    },
  );

  const review = reviewOf(studio);

  app.get('/start/review', async (c) => await review(c, c.req.query('tray') ?? ''));

  // The project file, with what was dropped named in it.
  app.post('/start/use', async (c) => {
    const { project = '', tray: id = '', place: named = '', name = '' } = fieldsOf(await c.req.parseBody());
    const used = withPictures(project, place.parse(named), name);
    const text = used ?? project;
    if (used === null)
      return c.json({ said: 'The project file needs a correction before the images can be named in it.' }, 409);
    return c.json({ fill: { project: text }, tray: id });
  });

  app.post('/start/picture', async (c) => {
    const { remove, caption = '', ...fields } = fieldsOf(await c.req.parseBody());
    const asked = pictureFields.safeParse(fields);
    const tray = asked.success ? trayOf(c, asked.data.tray) : null;
    if (!asked.success || !tray) return c.json({ said: 'The page is incomplete: reload it.' }, 400);
    if (remove !== undefined) await tray.remove(asked.data.place, asked.data.name);
    else await tray.setCaption(asked.data.place, asked.data.name, caption.slice(0, 4000));
    return await review(c, asked.data.tray);
  });

  addCrops(app, studio, review);

  app.get('/start/preview/:tray/:place/:name', async (c) => {
    const asked = pictureFields.safeParse(c.req.param());
    const tray = asked.success ? trayOf(c, asked.data.tray) : null;
    // To cut from: all of it, and large.
    const isWhole = c.req.query('whole') !== undefined;
    const read = (at: Tray, { place: of, name }: TrayFile) => (isWhole ? at.whole(of, name) : at.bytes(of, name));
    const bytes = asked.success && tray ? await read(tray, asked.data) : null;
    if (!bytes) return c.text('There is no such image.\n', 404);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const side = isWhole ? 1280 : 320;
    const made = await studio.thumbnails.of(sha256, side, () => Promise.resolve(bytes)).catch(() => null);
    if (!made) return c.text('The image is damaged.\n', 404);
    return c.body(new Uint8Array(made), 200, { 'content-type': 'image/webp', 'cache-control': 'private, max-age=60' });
  });
}
