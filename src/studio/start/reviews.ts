import type { Context } from 'hono';
import { z } from 'zod';
import { reviewPart } from '../pages/review.js';
import type { Studio, StudioEnv } from '../studio.js';
import { Tray, trayPlaces, type TrayPicture, type TrayPlace } from './tray.js';

/** Which of the dropped files a page means. */
export const pictureFields = z.object({ tray: z.string(), place: z.enum(trayPlaces), name: z.string().max(120) });
export type TrayFile = z.infer<typeof pictureFields>;

/** Of what was found in one content of a file. */
export const lookKey = ({ folder }: Tray, place: TrayPlace, { name, stamp }: TrayPicture): string =>
  `${folder} ${place} ${name} ${stamp}`;

export type Review = (c: Context<StudioEnv>, trayId: string, said?: string) => Promise<Response>;

/** Replies with what was dropped and taken, and a sentence for the person. */
export const reviewOf =
  ({ folder, faceLook }: Studio): Review =>
  async (c, id, said) => {
    const tray = Tray.of(folder, c.var.session, id);
    if (!tray) return c.json({ said: 'The page is incomplete: reload it.' }, 400);
    const reviewed = async (place: TrayPlace) =>
      (await tray.pictures(place)).map((picture) => {
        return { ...picture, face: faceLook.known(lookKey(tray, place, picture)) };
      });
    const [anchor, pictures] = await Promise.all(trayPlaces.map(reviewed));
    const look = anchor.length + pictures.length > 0 ? await faceLook.words() : null;
    return c.json({ html: reviewPart(id, { anchor, pictures }, look).text, said });
  };
