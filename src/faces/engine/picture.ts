import sharp, { type Metadata, type Sharp } from 'sharp';
import { PictureError } from '../models/errors.js';
import { apart } from '../../text/figures.js';
import { fileLimits } from '../../files/limits.js';
import { ForeignFileError, readRegular } from '../../files/regular-file.js';
import { exportCure, untakenKind } from '../../project/picture-kind.js';
import { whileRoom } from './decode-room.js';

export interface Picture {
  /** Of the picture as a person sees it (turned as its EXIF says), in its own pixels. */
  width: number;
  height: number;
  /** What the models see: 8-bit sRGB, row by row, no alpha; at most `workingPixels` on the longer side. */
  rgb: Uint8Array;
  workingWidth: number;
  workingHeight: number;
}

export interface PictureLimits {
  /** Larger pictures are refused before they are decoded. */
  megapixels?: number;
  /** Longest side of what the models see: a larger picture is halved, as often as it takes, while it is read. */
  workingPixels?: number;
  /** What messages call the picture. */
  label?: string;
}

// No picture is read twice: what libvips would keep of them only takes memory.
sharp.cache(false);

const defaultMegapixels = 100;
/** AVIF's decoder takes 18 bytes a pixel (measured: 1,140 MB for 60 megapixels); all must stay below 600 MB. */
const mostAvifMegapixels = 20;
const avifWeight = 3;
/** Smaller is not measured the same: a 24-megapixel photo, and all below, stay as they are. */
const defaultWorkingPixels = 6100;

/**
 * Reads any still picture that sharp knows, from its bytes or a file; of an animation its first frame. Colours become
 * sRGB by the picture's own profile.
 * @throws PictureError with one sentence
 */
export async function loadPicture(given: Buffer | string, limits: PictureLimits = {}): Promise<Picture> {
  const { megapixels = defaultMegapixels, workingPixels = defaultWorkingPixels } = limits;
  const label = limits.label ?? (typeof given === 'string' ? given : 'The image');
  const source = typeof given === 'string' ? await bytesOf(given, label) : given;
  const header = await readHeader(source, label);
  const { width, height } = orientedSize(header);
  const avif = header.format === 'heif';
  const most = avif ? Math.min(mostAvifMegapixels, megapixels) : megapixels;
  if (width * height > most * 1e6)
    throw new PictureError(
      'too-large',
      `${label} has ${width} x ${height} = ${apart((width * height) / 1e6, most, 0)[0]} megapixels; the limit is ${most}${avif ? ' for an AVIF. Save it smaller, or as JPEG.' : '. Save it smaller.'}`,
    );
  return await whileRoom(((width * height) / 1e6) * (avif ? avifWeight : 1), async () => {
    try {
      const { data, info } = await decode(source, header, shrinkOf(Math.max(width, height), workingPixels));
      const rgb = info.channels === 3 ? data : repeatChannel(data, info.channels);
      return { width, height, rgb, workingWidth: info.width, workingHeight: info.height };
    } catch (error) {
      throw decodeFault(error, label, source);
    }
  });
}

async function bytesOf(path: string, label: string): Promise<Buffer> {
  try {
    return await readRegular(path, { maxBytes: fileLimits.picture });
  } catch (error) {
    if (!(error instanceof ForeignFileError)) throw error;
    if (error.kind === 'too-large') throw new PictureError('too-large', `${label} ${error.reason}.`, { cause: error });
    const message = `${label} can't be opened: check that it is a file that you may read.`;
    throw new PictureError('unreadable', message, { cause: error });
  }
}

/** By a power of two, as JPEG's decoder can: the picture is then never whole in memory. */
function shrinkOf(longer: number, workingPixels: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(longer / workingPixels)));
}

async function decode(source: Buffer, header: Metadata, shrink: number) {
  // Most profiles are sRGB's own: converting from sRGB to sRGB costs more than decoding.
  const picture = open(source, isSrgb(header)).rotate();
  const width = Math.ceil(orientedSize(header).width / shrink);
  const smaller = shrink === 1 ? picture : picture.resize({ width });
  return await smaller.toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
}

/** The profile names itself, in ASCII (version 2) or UTF-16 (version 4). */
function isSrgb({ icc, space }: Metadata): boolean {
  if (!icc || space !== 'srgb') return false;
  return /sRGB|s\0R\0G\0B/.test(icc.toString('latin1'));
}

/** `failOn: 'error'`: a cut file fails; a file with odd but harmless metadata does not. */
const open = (source: Buffer, ignoreIcc = false): Sharp =>
  sharp(source, { failOn: 'error', limitInputPixels: false, sequentialRead: true, ignoreIcc });

async function readHeader(source: Buffer, label: string): Promise<Metadata> {
  try {
    return await open(source).metadata();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/unsupported image format|empty/i.test(message) && !untakenKind(source, label))
      throw new PictureError(
        'not-an-image',
        `${label} is not an image that AZIT can read (JPEG, PNG, WebP, AVIF, GIF, TIFF).`,
        {
          cause: error,
        },
      );
    throw decodeFault(error, label, source);
  }
}

/** EXIF orientations 5 to 8 lie on their side. */
function orientedSize({ width, height, orientation }: Metadata): { width: number; height: number } {
  return (orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}

function decodeFault(error: unknown, label: string, source: Buffer): PictureError {
  const kind = untakenKind(source, label);
  if (kind && kind !== 'GIF')
    return new PictureError('not-an-image', `${label} is ${kind}, which AZIT does not read: ${exportCure}.`, {
      cause: error,
    });
  const message = error instanceof Error ? error.message : String(error);
  return new PictureError(
    'truncated',
    `${label} is cut off or damaged (${firstLine(message)}). Save or copy it again.`,
    { cause: error },
  );
}

const firstLine = (text: string): string => text.split('\n')[0].trim();

function repeatChannel(data: Buffer, channels: number): Buffer {
  const pixels = data.length / channels;
  const rgb = Buffer.allocUnsafe(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) rgb.fill(data[pixel * channels], pixel * 3, pixel * 3 + 3);
  return rgb;
}
