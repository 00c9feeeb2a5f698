import sharp from 'sharp';
import { pinnedVersions } from '../../machine/version.js';
import { fingerprintOf } from '../../project/fingerprint.js';
import type { ReadArtifact } from '../files.js';
import type { ArtifactRef } from '../../run/ref.js';
import type { ReportData, Strip } from '../../run/record.js';
import { identityWords } from '../numbers.js';
import { firstSeeds } from '../shown.js';
import { standsOut } from '../strengths.js';
import { canDraw, drawLine, fontPackage } from './letters.js';

const ink = '#111113';
const quiet = '#6b6b70';
const mark = '#e0311f';
const margin = 40;
const gap = 14;
const header = 76;
const footer = 58;
/** A strip stays below this width; with many checkpoints the pictures get smaller. */
const widestStrip = 3200;
const sides = { smallest: 150, largest: 384 };

/** Where strips are kept between reports, by what they show and what composed them. */
export interface StripMemory {
  find(sha256: string): Promise<Buffer | null>;
  keep(sha256: string, png: Buffer): Promise<void>;
}

/** Counts the ways in which a strip is laid out: sizes, colours, words. */
const version = 1;

interface Cell {
  image: ArtifactRef;
  label: string;
  identity: number | null;
  chosen: boolean;
}

/**
 * One prompt across the checkpoints, left to right, as a picture to post: the no-LoRA picture first, the step and the
 * score under each, the chosen one framed.
 * @returns PNG bytes; null where nothing is rendered yet.
 */
export async function composeStrip(
  strip: Strip,
  { run, choice }: Pick<ReportData, 'run' | 'choice'>,
  read: ReadArtifact,
  memory?: StripMemory,
): Promise<Buffer | null> {
  const cells = cellsOf(strip, choice);
  if (cells.length === 0) return null;
  const shown: Shown = { cells, title: titleOf(run, strip), text: strip.text };
  if (!memory) return await compose(shown, read);
  const sha256 = fingerprintOf({
    version,
    ...shown,
    // Whatever another run calls the images.
    cells: cells.map(({ image, ...cell }) => ({ ...cell, image: image.sha256 })),
    composedBy: pinnedVersions('sharp', 'opentype.js', fontPackage),
  });
  const kept = await memory.find(sha256);
  if (kept) return kept;
  const composed = await compose(shown, read);
  await memory.keep(sha256, composed);
  return composed;
}

interface Shown {
  cells: Cell[];
  title: string;
  text: string;
}

async function compose({ cells, title, text }: Shown, read: ReadArtifact): Promise<Buffer> {
  const fitting = Math.floor((widestStrip - 2 * margin) / cells.length) - gap;
  const side = Math.max(sides.smallest, Math.min(sides.largest, fitting));
  const width = Math.max(2 * margin + cells.length * (side + gap) - gap, 720);
  const height = margin + header + side + footer + margin / 2;
  const pictures = [];
  for (const [index, cell] of cells.entries()) {
    pictures.push({
      input: await square(await read(cell.image), side),
      left: leftOf(index, side),
      top: margin + header,
    });
  }
  const labels = Buffer.from(labelsOf(cells, side, width, height, title, text));
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...pictures, { input: labels, left: 0, top: 0 }])
    .png({ compressionLevel: 6 })
    .toBuffer();
}

function cellsOf(strip: Strip, choice: ReportData['choice']): Cell[] {
  const steps = firstSeeds(strip).map(({ step, image, identity }) => ({
    image,
    label: `Step ${step}`,
    identity,
    chosen: standsOut(choice, step, strip.strength),
  }));
  if (!strip.baseline) return steps;
  const { image, identity } = strip.baseline;
  return [{ image, label: 'No LoRA', identity, chosen: false }, ...steps];
}

/** That the font has them all is known without a look at it. */
const isPlain = (name: string): boolean => /^[\w .-]*$/.test(name);

/** A name in letters that the font has not gives way to the run's id. */
const titleOf = ({ name, id }: ReportData['run'], { prompt, strength }: Strip): string =>
  `${isPlain(name) || canDraw(name) ? name : id} · ${prompt}${strength === undefined ? '' : ` · strength ${strength}`}`;

const leftOf = (index: number, side: number): number => margin + index * (side + gap);

async function square(bytes: Buffer, side: number): Promise<Buffer> {
  const pixels = sharp(bytes).autoOrient().resize(side, side, { fit: 'cover' }).flatten({ background: '#ffffff' });
  return pixels.png({ compressionLevel: 0 }).toBuffer();
}

function labelsOf(cells: Cell[], side: number, width: number, height: number, title: string, text: string): string {
  const across = width - 2 * margin;
  const lines = [
    drawLine({ text: title, x: margin, y: margin + 24, size: 28, weight: 600, colour: ink, width: across }),
    drawLine({ text, x: margin, y: margin + 52, size: 17, colour: quiet, width: across }),
    ...cells.flatMap((cell, index) => cellLabels(cell, leftOf(index, side), margin + header, side)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${lines.join('')}</svg>`;
}

function cellLabels({ label, identity, chosen }: Cell, left: number, top: number, side: number): string[] {
  const size = side < 240 ? 16 : 20;
  const y = top + side + 12 + size;
  const score = identity === null ? 'no face' : identityWords(identity);
  const lines = [
    drawLine({ text: label, x: left, y, size, colour: chosen ? mark : quiet, weight: chosen ? 600 : 400 }),
    drawLine({ text: score, x: left + side, y, size, weight: 600, align: 'right', colour: chosen ? mark : ink }),
  ];
  if (chosen) {
    const frame = `x="${left - 4}" y="${top - 4}" width="${side + 8}" height="${side + 8}"`;
    lines.push(`<rect ${frame} fill="none" stroke="${mark}" stroke-width="5" rx="3"/>`);
    lines.push(drawLine({ text: 'chosen', x: left, y: y + size + 4, size: size - 3, colour: mark }));
  }
  return lines;
}
