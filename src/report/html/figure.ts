import type { ArtifactRef } from '../../run/ref.js';
import type { Album } from '../album.js';
import type { Measured, Picture } from '../../run/record.js';
import { serverName } from '../../run/render-server.js';
import { atLeast } from '../../text/figures.js';
import { hrefOf } from '../names.js';
import { degrees, identityWords } from '../numbers.js';
import type { PictureUse } from '../wanted.js';
import type { ChartPair } from './context.js';
import { html, trusted, type Content, type Markup } from './markup.js';

/** A picture that opens its original; with a notice in its place where it cannot be shown. */
export function pictureLink(album: Album, image: ArtifactRef, use: PictureUse, alt: string): Markup {
  const { path } = album.fileOf(image);
  const thumbnail = album.thumbnailOf(image, use);
  const inside = thumbnail
    ? html`<img
        src="${thumbnail.uri}"
        width="${thumbnail.width}"
        height="${thumbnail.height}"
        alt="${alt}"
        loading="lazy"
        decoding="async"
      />`
    : html`<span class="unseen">${alt} (cannot be shown here; open the file)</span>`;
  return html`<a class="picture" href="${hrefOf(path)}">${inside}</a>`;
}

export interface FigureOptions {
  use?: PictureUse;
  mark?: 'chosen' | 'rejected' | 'held-out';
  /** Above the facts. */
  title?: Content;
  /** Under the facts. */
  note?: Content;
  alt: string;
}

export function pictureFigure(album: Album, picture: Picture, options: FigureOptions): Markup {
  const { use = 'sheet', mark, title, note, alt } = options;
  const words = { chosen: 'Chosen', rejected: 'Rejected', 'held-out': 'Held out' };
  return html`<figure class="frame ${mark ?? ''}">
    <div class="window">
      ${pictureLink(album, picture.image, use, alt)}${mark && html`<span class="tag">${words[mark]}</span>`}
    </div>
    <figcaption>
      ${title && html`<b>${title}</b>`}${foundIn(picture)}${madeBy(album, picture)}${note && html`<em>${note}</em>`}
    </figcaption>
  </figure>`;
}

/** Where it was rendered, with which models, and the graph itself: what it takes to make it again. */
export function madeBy(album: Album, { image, server, editor, inputs = [] }: Picture): Markup | null {
  const { graph, models = [] } = album.fileOf(image);
  if (!server && !graph) return null;
  const by = server ? serverName(server) : 'rendered';
  // The sandbox's editor is its server.
  const isOne = editor !== undefined && server?.includes(editor);
  const words = editor === undefined ? by : isOne ? `edited by ${by}` : `edited by ${editor}, ${by}`;
  return html`<span class="made" title="${models.join(', ')}"
    >${words}${fromWords(album, inputs)}${graph && html` · <a href="${hrefOf(graph.path)}">graph</a>`}</span
  >`;
}

/** The portrait is what every view is edited from, and needs no word. */
function fromWords(album: Album, inputs: readonly ArtifactRef[]): Content {
  if (inputs.length < 2) return null;
  const links = inputs.map((input, index) => {
    const name = input.name.replace(/\.\w+$/, '');
    return html`${index > 0 && ', '}<a href="${hrefOf(album.fileOf(input).path)}">${name}</a>`;
  });
  return html` · from ${links}`;
}

/** The seed, and what was found in the picture, in a few words each. */
export const foundIn = ({ seed, measured }: Picture): Content => [
  seed !== null && html`<span>seed ${seed}</span>`,
  ...factsOf(measured).map((fact) => html`<span>${fact}</span>`),
];

function factsOf(measured: Measured | null): string[] {
  if (!measured) return [];
  const { faces, certainty, turned, pose, sharpness, identity, nearestTraining } = measured;
  const facts: string[] = [];
  if (identity !== null) facts.push(`identity ${identityWords(identity)}`);
  if (nearestTraining !== null) facts.push(`nearest training image ${identityWords(nearestTraining)}`);
  if (pose) facts.push(`yaw/pitch ${degrees(pose.yaw)}/${degrees(pose.pitch)}`);
  if (sharpness !== null) facts.push(`sharpness ${Math.round(sharpness)}`);
  if (certainty) facts.push(`face detected with certainty ${atLeast(certainty, 2)}`);
  if (turned) facts.push(`not upright: rotate it ${turned}° clockwise`);
  if (faces !== 1) facts.push(faces === 0 ? 'no face found' : `${faces} faces`);
  return facts;
}

/** Both sizes of a chart; the style sheet shows the one that fits. */
export const chartFigure = ({ wide, narrow }: ChartPair, label: string, caption: Content): Markup =>
  html`<figure class="chart">
    <div class="wide" role="img" aria-label="${label}">${trusted(wide)}</div>
    <div class="narrow" role="img" aria-label="${label}">${trusted(narrow)}</div>
    <figcaption>${caption}</figcaption>
  </figure>`;
