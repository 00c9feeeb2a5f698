import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import sharp from 'sharp';
import { apart } from '../text/figures.js';
import { leftOutWords } from './left-out.js';
import { exportCure, untakenKind } from './picture-kind.js';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, readRegular } from '../files/regular-file.js';

/** Beyond this a decode takes gigabytes; no face needs it. */
const maxPixels = 100_000_000;
/** Below this no face can be measured. */
const minSide = 64;
/** References to pictures travel in the workflow's input: 1,000 of them are some 300 kB. */
const maxFolderPictures = 1000;

const readableFormats = new Set(['jpeg', 'png', 'webp', 'tiff', 'heif']);
const pictureExtensions = new Set(['.jpg', '.jpeg', '.jfif', '.jpe', '.png', '.webp', '.tif', '.tiff', '.avif']);

export type CheckedPicture = { ok: true; sha256: string } | { ok: false; reason: string };

/** Whether a file is a whole picture of a size that can be worked with, and what it hashes to. */
export async function checkPicture(path: string): Promise<CheckedPicture> {
  const refused = (reason: string): CheckedPicture => ({ ok: false, reason });
  try {
    const bytes = await readRegular(path, { maxBytes: fileLimits.picture });
    if (bytes.length === 0) return refused('is empty');
    const kind = untakenKind(bytes, path);
    if (kind) return refused(`is ${kind}, which AZIT does not read: ${exportCure}`);
    const { format, width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (!readableFormats.has(format)) return refused(`is ${format}: use JPEG, PNG, WebP, TIFF or AVIF`);
    if (width * height > maxPixels)
      return refused(
        `has ${apart((width * height) / 1e6, maxPixels / 1e6, 0)[0]} megapixels (${width} x ${height}): the limit is 100`,
      );
    if (Math.min(width, height) < minSide)
      return refused(`is ${width} x ${height} pixels: each side must have at least ${minSide}`);
    return (await decodesWhole(bytes))
      ? { ok: true, sha256: createHash('sha256').update(bytes).digest('hex') }
      : refused("is damaged or cut off: it can't be decoded whole");
  } catch (error) {
    if (error instanceof ForeignFileError) return refused(error.reason.replace(/, not a file$/, ', not an image'));
    const { message } = error as Error;
    return refused(pngOrJpegHead(message) ? "is damaged or cut off: it can't be decoded whole" : 'is not an image');
  }
}

/** The file starts like a picture but its head can't be parsed: libvips names the loader that gave up. */
const pngOrJpegHead = (message: string): boolean => /(png|jpeg|webp|tiff|heif)load|truncated|premature/i.test(message);

async function decodesWhole(bytes: Buffer): Promise<boolean> {
  try {
    await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'truncated', sequentialRead: true })
      .resize(minSide, minSide, { fit: 'inside' })
      .raw()
      .toBuffer();
    return true;
  } catch {
    return false;
  }
}

export interface FolderPicture {
  path: string;
  /** The `.txt` (or `.TXT`) of the same name beside it, or null. */
  captionPath: string | null;
}

/** `leftOut`: what else the folder holds and why it is not taken, in words. */
export type PictureFolder =
  { ok: true; pictures: FolderPicture[]; leftOut: string | null } | { ok: false; reason: string };

/** The pictures of a folder, by name, each with its caption file. */
export async function listPictures(folder: string): Promise<PictureFolder> {
  let entries: { name: string; isFolder: boolean }[];
  try {
    const found = await readdir(folder, { withFileTypes: true });
    entries = found.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, reason: code === 'ENOTDIR' ? 'is not a folder' : `can't be read: ${message}` };
  }
  const names = entries.map(({ name }) => name).toSorted();
  const found = names.filter((name) => pictureExtensions.has(extname(name).toLowerCase()) && !name.startsWith('.'));
  if (found.length === 0) {
    const others = leftOutWords(entries, [], new Set());
    return { ok: false, reason: `contains no images (JPEG, PNG, WebP, TIFF or AVIF)${others ? `; ${others}` : ''}` };
  }
  if (found.length > maxFolderPictures)
    return { ok: false, reason: `contains ${found.length} images: the limit is ${maxFolderPictures}` };
  const captionOfStem = new Map<string, string>();
  for (const name of names) {
    const stem = name.slice(0, -'.txt'.length);
    if (extname(name).toLowerCase() === '.txt' && !captionOfStem.has(stem)) captionOfStem.set(stem, name);
  }
  const pictures = found.map((name) => {
    const caption = captionOfStem.get(name.slice(0, -extname(name).length));
    return { path: join(folder, name), captionPath: caption ? join(folder, caption) : null };
  });
  const taken = new Set([
    ...found,
    ...pictures.flatMap(({ captionPath }) => (captionPath ? [basename(captionPath)] : [])),
  ]);
  return { ok: true, pictures, leftOut: leftOutWords(entries, found, taken) };
}

export type ReadCaption = { ok: true; text: string | null } | { ok: false; reason: string };

/** A caption file's text; null where it holds nothing. */
export async function readCaption(path: string): Promise<ReadCaption> {
  try {
    const bytes = await readRegular(path, { maxBytes: fileLimits.caption });
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
    return { ok: true, text: text === '' ? null : text };
  } catch (error) {
    if (!(error instanceof ForeignFileError)) return { ok: false, reason: 'is not UTF-8 text' };
    const isLong = error.kind === 'too-large';
    return { ok: false, reason: isLong ? 'is longer than 16 KiB, the limit for a caption' : error.reason };
  }
}
