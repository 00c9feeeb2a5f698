import { basename, extname } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import { drawLine } from '../../report/strip/letters.js';
import { apart } from '../../text/figures.js';
import type { Box } from '../engine/boxes.js';
import { EmbedderError } from '../models/errors.js';
import { listInOrder } from './in-order.js';
import { loadPicture, type Picture } from '../engine/picture.js';
import type { ScoreDocument } from './score-document.js';
import type { ScoredImage } from './scored-image.js';

const colours = {
  ink: '#111113',
  quiet: '#6b6b70',
  same: '#1a8f4c',
  other: '#e0311f',
  aside: '#9a9aa0',
  cell: '#ececee',
};
const side = 240;
const gap = 16;
const margin = 32;
const header = 84;
const caption = 48;
const mostColumns = 6;
/** A sheet of more is no picture any more to look at; the document holds them all. */
const mostPictures = 240;
const tilesAtOnce = 2;

const formats: Record<string, 'png' | 'jpeg' | 'webp'> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/** @throws EmbedderError where the name does not say one of the formats */
export function stripFormat(path: string): 'png' | 'jpeg' | 'webp' {
  const format = formats[extname(path).toLowerCase()];
  if (!format) throw new EmbedderError(`--out ${path}: the name must end in .png, .jpg or .webp.`);
  return format;
}

/**
 * The scored pictures side by side: the scored face framed (green: the same person by the threshold, red: not), other
 * faces grey, name and likeness under each.
 */
export async function scoreStrip(document: ScoreDocument, format: 'png' | 'jpeg' | 'webp'): Promise<Buffer> {
  const shown = document.images.slice(0, mostPictures);
  const columns = Math.max(1, Math.min(mostColumns, shown.length));
  const rows = Math.max(1, Math.ceil(shown.length / columns));
  const width = Math.max(2 * margin + columns * (side + gap) - gap, 720);
  const height = header + margin + rows * (side + caption + gap) - gap;
  const places = shown.map((image, index) => ({
    image,
    left: margin + (index % columns) * (side + gap),
    top: header + Math.floor(index / columns) * (side + caption + gap),
  }));
  const tiles = await listInOrder(places, tilesAtOnce, (place) => tileOf(place, document.threshold));
  const labels = [...titleOf(document, shown.length, width), ...tiles.map(({ marks }) => marks)].join('');
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${labels}</svg>`;
  return await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...tiles.flatMap(({ picture }) => picture), { input: Buffer.from(drawn), left: 0, top: 0 }])
    .toFormat(format)
    .toBuffer();
}

interface Place {
  image: ScoredImage;
  left: number;
  top: number;
}

async function tileOf({ image, left, top }: Place, threshold: number) {
  const words = captionOf(image, left, top + side, threshold);
  const picture = await loadPicture(image.path, { workingPixels: 2 * side }).catch(() => null);
  if (picture === null) {
    const empty = `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="${colours.cell}"/>`;
    return { picture: [] as OverlayOptions[], marks: empty + words };
  }
  const scale = Math.min(side / picture.width, side / picture.height);
  const [width, height] = [picture.width, picture.height].map((edge) => Math.max(1, Math.round(edge * scale)));
  const at = { left: left + ((side - width) >> 1), top: top + ((side - height) >> 1) };
  const frame = (box: Box, colour: string, thick: number) => {
    const [x, y, right, bottom] = box.map((value) => value * scale);
    const place = `x="${at.left + x}" y="${at.top + y}" width="${right - x}" height="${bottom - y}"`;
    return `<rect ${place} fill="none" stroke="${colour}" stroke-width="${thick}"/>`;
  };
  const others = image.otherBoxes.map((box) => frame(box, colours.aside, 1.5));
  const scored = image.box ? [frame(image.box, colourOf(image, threshold), 3)] : [];
  return {
    picture: [{ input: await shrunk(picture, width, height), ...at }],
    marks: [...others, ...scored, words].join(''),
  };
}

async function shrunk({ rgb, workingWidth, workingHeight }: Picture, width: number, height: number): Promise<Buffer> {
  const raw = { width: workingWidth, height: workingHeight, channels: 3 } as const;
  return await sharp(rgb, { raw }).resize(width, height, { fit: 'fill' }).jpeg({ quality: 90 }).toBuffer();
}

function captionOf(image: ScoredImage, x: number, y: number, threshold: number): string {
  const { path, identity, faces, error } = image;
  const score = error !== undefined ? 'unreadable' : identity === null ? 'no face' : apart(identity, threshold, 2)[0];
  const more = faces > 1 ? ` of ${faces} faces` : '';
  return [
    drawLine({ text: basename(path), x, y: y + 19, size: 14, colour: colours.quiet, width: side }),
    drawLine({ text: score + more, x, y: y + 39, size: 16, weight: 600, colour: colourOf(image, threshold) }),
  ].join('');
}

const colourOf = ({ identity }: ScoredImage, threshold: number): string =>
  identity === null ? colours.quiet : identity >= threshold ? colours.same : colours.other;

function titleOf({ embedder, threshold, summary, images }: ScoreDocument, shown: number, width: number): string[] {
  const { n, mean, low, high, noFace, unreadable } = summary;
  const identity =
    mean === null ? 'no face' : `identity ${mean.toFixed(3)} (${low!.toFixed(3)} to ${high!.toFixed(3)})`;
  const first = shown < images.length ? `; the first ${shown} of ${images.length}` : '';
  const rest = `${embedder}, same person from ${threshold}; ${n} with a face, ${noFace} without, ${unreadable} unreadable${first}`;
  const across = width - 2 * margin;
  return [
    drawLine({ text: identity, x: margin, y: 40, size: 24, weight: 600, colour: colours.ink, width: across }),
    drawLine({ text: rest, x: margin, y: 64, size: 14, colour: colours.quiet, width: across }),
  ];
}
