import type { Album } from '../album.js';
import type { Picture, RejectedPicture, StageRecord } from '../../run/record.js';
import { hrefOf } from '../names.js';
import { plural } from '../numbers.js';
import { isChosen } from '../wanted.js';
import { pictureFigure } from './figure.js';
import { html, type Content, type Markup } from './markup.js';

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

/** Where the pictures are that the page does not show. */
export const moreIn = (count: number, folder: string): Content =>
  count > 0 &&
  html`<p class="quiet more">
    ${plural(count, 'more image')} in <a href="${hrefOf(`images/${folder}/`)}"><code>images/${folder}/</code></a
    >; <code>report.json</code> names ${count === 1 ? 'it' : 'each'}.
  </p>`;
