import type { Album } from '../album.js';
import type { Picture, RejectedPicture, StageRecord } from '../data.js';
import { isChosen } from '../wanted.js';
import { pictureFigure } from './figure.js';
import { html, type Markup } from './markup.js';

/** A contact sheet, marked as with a grease pencil. */
export const sheet = (frames: Markup[]): Markup => html`<div class="sheet">${frames}</div>`;

export function frame(stage: StageRecord, picture: Picture, album: Album): Markup {
  const mark = isChosen(stage, picture.image) ? 'chosen' : picture.heldOut ? 'held-out' : undefined;
  const alt = `${picture.caption ?? picture.image.name}${mark ? ` (${mark})` : ''}`;
  return pictureFigure(album, picture, { mark, title: picture.caption, alt });
}

export const rejectedFrame = (picture: RejectedPicture, album: Album): Markup =>
  pictureFigure(album, picture, {
    mark: 'rejected',
    title: picture.caption,
    note: picture.reason,
    alt: `Rejected: ${picture.reason}`,
  });
