import sharp, { type Metadata, type Sharp } from 'sharp';
import { PictureError } from './errors.js';

export interface Picture {
  /** Of the picture as a person sees it (turned as its EXIF says), in its own pixels. */
  width: number;
  height: number;
  /** What the models see: 8-bit sRGB, row by row, no alpha; at most `workingPixels` on the longer side. */
  rgb: Buffer;
  workingWidth: number;
  workingHeight: number;
}

export interface PictureLimits {
  /** Larger pictures are refused before they are decoded. */
  megapixels?: number;
  /** Longer side of what the models see; the decoder shrinks while it reads, so memory stays bounded. */
  workingPixels?: number;
  /** What messages call the picture. */
  label?: string;
}

const defaultMegapixels = 100;
/** A face that the detector can find (10 of its 320 columns) still has 64 pixels at this size. */
const defaultWorkingPixels = 2048;

/**
 * Reads any still picture that sharp knows, from its bytes or a file; of an animation its first frame.
 * @throws PictureError with one sentence
 */
export async function loadPicture(source: Buffer | string, limits: PictureLimits = {}): Promise<Picture> {
  const { megapixels = defaultMegapixels, workingPixels = defaultWorkingPixels } = limits;
  const label = limits.label ?? (typeof source === 'string' ? source : 'The picture');
  const { width, height } = orientedSize(await readHeader(source, label));
  if (width * height > megapixels * 1e6)
    throw new PictureError(
      'too-large',
      `${label} has ${width} x ${height} = ${Math.round((width * height) / 1e6)} megapixels; at most ${megapixels} are read. Save it smaller.`,
    );
  const side = { width: workingPixels, height: workingPixels, fit: 'inside', withoutEnlargement: true } as const;
  try {
    const { data, info } = await open(source).rotate().resize(side).toColourspace('srgb').removeAlpha().raw().toBuffer({
      resolveWithObject: true,
    });
    const rgb = info.channels === 3 ? data : repeatChannel(data, info.channels);
    return { width, height, rgb, workingWidth: info.width, workingHeight: info.height };
  } catch (error) {
    throw decodeFault(error, label);
  }
}

/** `failOn: 'error'`: a cut file fails; a file with odd but harmless metadata does not. */
const open = (source: Buffer | string): Sharp =>
  sharp(source, { failOn: 'error', limitInputPixels: false, sequentialRead: true });

async function readHeader(source: Buffer | string, label: string): Promise<Metadata> {
  try {
    return await open(source).metadata();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/missing|no such file|unable to open|permission|directory/i.test(message))
      throw new PictureError('unreadable', `${label} can't be opened: check that it is a file and may be read.`, {
        cause: error,
      });
    if (/unsupported image format|empty/i.test(message))
      throw new PictureError(
        'not-an-image',
        `${label} is not a picture that can be read (JPEG, PNG, WebP, AVIF, GIF, TIFF).`,
        {
          cause: error,
        },
      );
    throw decodeFault(error, label);
  }
}

/** EXIF orientations 5 to 8 lie on their side. */
function orientedSize({ width, height, orientation }: Metadata): { width: number; height: number } {
  return (orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}

function decodeFault(error: unknown, label: string): PictureError {
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
