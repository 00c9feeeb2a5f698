import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';

/** Beyond this a decode takes gigabytes; no face needs it. */
const maxPixels = 100_000_000;
/** Below this no face can be measured. */
const minSide = 64;
/** References to pictures travel in the workflow's input: 1,000 of them are some 300 kB. */
const maxFolderPictures = 1000;
const maxCaptionBytes = 16 * 1024;

const readableFormats = new Set(['jpeg', 'png', 'webp', 'tiff', 'heif']);
const pictureExtensions = new Set(['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.avif']);

export type CheckedPicture = { ok: true; sha256: string } | { ok: false; reason: string };

/** Whether a file is a whole picture of a size that can be worked with, and what it hashes to. */
export async function checkPicture(path: string): Promise<CheckedPicture> {
  const refused = (reason: string): CheckedPicture => ({ ok: false, reason });
  try {
    const file = await stat(path);
    if (!file.isFile()) return refused('is a folder, not a picture');
    if (file.size === 0) return refused('is empty');
    const sha256 = await hashFile(path);
    const { format, width, height } = await sharp(path, { limitInputPixels: false }).metadata();
    if (!readableFormats.has(format)) return refused(`is ${format}: use JPEG, PNG, WebP, TIFF or AVIF`);
    if (width * height > maxPixels)
      return refused(
        `has ${Math.round((width * height) / 1e6)} megapixels (${width} x ${height}): at most 100 are taken`,
      );
    if (Math.min(width, height) < minSide)
      return refused(`is ${width} x ${height} pixels: each side needs at least ${minSide}`);
    return (await decodesWhole(path))
      ? { ok: true, sha256 }
      : refused("is damaged or cut off: it can't be decoded whole");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return refused("can't be read: you have no permission");
    if (code?.startsWith('E')) return refused(`can't be read: ${message}`);
    return refused(pngOrJpegHead(message) ? "is damaged or cut off: it can't be decoded whole" : 'is not a picture');
  }
}

/** The file starts like a picture but its head can't be parsed: libvips names the loader that gave up. */
const pngOrJpegHead = (message: string): boolean => /(png|jpeg|webp|tiff|heif)load|truncated|premature/i.test(message);

async function decodesWhole(path: string): Promise<boolean> {
  try {
    await sharp(path, { limitInputPixels: maxPixels, failOn: 'truncated', sequentialRead: true })
      .resize(minSide, minSide, { fit: 'inside' })
      .raw()
      .toBuffer();
    return true;
  } catch {
    return false;
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

export interface FolderPicture {
  path: string;
  /** The `.txt` (or `.TXT`) of the same name beside it, or null. */
  captionPath: string | null;
}

export type PictureFolder = { ok: true; pictures: FolderPicture[] } | { ok: false; reason: string };

/** The pictures of a folder, by name, each with its caption file. */
export async function listPictures(folder: string): Promise<PictureFolder> {
  let names: string[];
  try {
    names = (await readdir(folder)).toSorted();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, reason: code === 'ENOTDIR' ? 'is not a folder' : `can't be read: ${message}` };
  }
  const captions = names.filter((name) => extname(name).toLowerCase() === '.txt');
  const captionOf = (stem: string) => captions.find((name) => name.slice(0, -'.txt'.length) === stem);
  const pictures = names
    .filter((name) => pictureExtensions.has(extname(name).toLowerCase()) && !name.startsWith('.'))
    .map((name) => {
      const caption = captionOf(name.slice(0, -extname(name).length));
      return { path: join(folder, name), captionPath: caption ? join(folder, caption) : null };
    });
  if (pictures.length === 0) return { ok: false, reason: 'holds no pictures (JPEG, PNG, WebP, TIFF or AVIF)' };
  if (pictures.length > maxFolderPictures)
    return { ok: false, reason: `holds ${pictures.length} pictures: at most ${maxFolderPictures} are taken` };
  return { ok: true, pictures };
}

export type ReadCaption = { ok: true; text: string | null } | { ok: false; reason: string };

/** A caption file's text; null where it holds nothing. */
export async function readCaption(path: string): Promise<ReadCaption> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > maxCaptionBytes)
      return { ok: false, reason: 'is longer than 16 KiB: a caption is a line or two' };
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
    return { ok: true, text: text === '' ? null : text };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, reason: code?.startsWith('ERR_ENCODING') ? 'is not UTF-8 text' : `can't be read: ${message}` };
  }
}
