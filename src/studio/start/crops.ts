import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { fieldsOf } from '../door/routes.js';
import { whoOf } from '../door/sessions.js';
import { Shares } from '../door/shares.js';
import { cropPart } from '../pages/crop.js';
import type { Studio, StudioEnv } from '../studio.js';
import { lookKey, pictureFields, type Review } from './reviews.js';
import { sizeOf, squareFor } from './square.js';
import { Tray } from './tray.js';

/** Each decodes an image whole. */
const limits = { ofAll: 2, ofOne: 1 };

const pixels = z.coerce.number().int().min(0).max(100_000);
const square = z.object({ left: pixels, top: pixels, side: pixels });

/** Looks for the face of a dropped image, and cuts a square out of it. */
export function addCrops(app: Hono<StudioEnv>, { folder, faceLook }: Studio, review: Review): void {
  const underWay = new Shares(limits);
  const incomplete = (c: Context<StudioEnv>): Response => c.json({ said: 'The page is incomplete: reload it.' }, 400);
  const gone = (c: Context<StudioEnv>): Response => c.json({ said: 'There is no such image.' }, 404);

  const inTurn = async (c: Context<StudioEnv>, work: () => Promise<Response>): Promise<Response> => {
    const end = underWay.take(whoOf(c.var.session));
    if (!end) return c.json({ said: 'Other images are being worked on: try again.' }, 503, { 'retry-after': '1' });
    return await work().finally(end);
  };

  app.get('/start/face', async (c) => {
    const { data } = pictureFields.safeParse(c.req.query());
    const tray = data && Tray.of(folder, c.var.session, data.tray);
    if (!tray) return incomplete(c);
    const { place, name } = data;
    return await inTurn(c, async () => {
      const picture = await tray.picture(place, name);
      if (!picture) return gone(c);
      const found = await faceLook.look(lookKey(tray, place, picture), { place, name, bytes: picture.bytes });
      return c.json(typeof found === 'string' ? { lack: found } : { words: found.words, isDoubtful: found.isDoubtful });
    });
  });

  app.get('/start/crop', async (c) => {
    const { data } = pictureFields.safeParse(c.req.query());
    const tray = data && Tray.of(folder, c.var.session, data.tray);
    if (!tray) return incomplete(c);
    const { place, name } = data;
    const [picture, whole] = [await tray.picture(place, name), await tray.whole(place, name)];
    if (!picture || !whole) return gone(c);
    const size = await sizeOf(whole);
    // Of an image that is cut already, the face was found in the square.
    const face = picture.isCropped ? null : (faceLook.known(lookKey(tray, place, picture))?.box ?? null);
    return c.json({ html: cropPart({ ...data, ...picture, size, square: squareFor(size, face) }).text });
  });

  app.post('/start/crop', async (c) => {
    const { whole, ...fields } = fieldsOf(await c.req.parseBody());
    const { data } = pictureFields.safeParse(fields);
    const tray = data && Tray.of(folder, c.var.session, data.tray);
    if (!tray) return incomplete(c);
    const asked = square.safeParse(fields);
    if (whole === undefined && !asked.success)
      return c.json({ said: 'The square needs whole numbers of pixels, 0 or more.' }, 400);
    return await inTurn(c, async () => {
      const cut = await tray.crop(data.place, data.name, whole === undefined ? asked.data! : null);
      if (!cut.taken) return c.json({ said: cut.reason }, 409);
      return await review(c, data.tray, whole === undefined ? 'The image is cropped.' : 'The whole image is used.');
    });
  });
}
