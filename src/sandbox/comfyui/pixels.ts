import os from 'node:os';
import sharp from 'sharp';
import type { Picture } from '../model/types.js';
import { PythonError } from './python.js';

/** ComfyUI's pictures are float32: this much of one tensor is what a machine may be asked for before it is out. */
const TENSOR_LIMIT_BYTES = Math.min(os.totalmem(), 4 * 1024 ** 3);

/** @throws PythonError RuntimeError, in the words of torch on a CPU, when a tensor of that many bytes cannot be had. */
export function checkMemory(bytes: number): void {
  if (bytes <= TENSOR_LIMIT_BYTES) return;
  throw new PythonError(
    'RuntimeError',
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: " +
      `you tried to allocate ${bytes} bytes. Error code 12 (Cannot allocate memory)`,
  );
}

/** One colour, 0xRRGGBB. */
export function flat(width: number, height: number, colour: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  const [red, green, blue] = [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
  for (let at = 0; at < pixels.length; at += 3) {
    pixels[at] = red;
    pixels[at + 1] = green;
    pixels[at + 2] = blue;
  }
  return { width, height, pixels };
}

/** The middle of a picture. */
export function crop(picture: Picture, width: number, height: number): Picture {
  if (width === picture.width && height === picture.height) return picture;
  const [left, top] = [(picture.width - width) >> 1, (picture.height - height) >> 1];
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 3;
    pixels.set(picture.pixels.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, pixels };
}

/** In float32 and cut off at the end, as ComfyUI does: 200 becomes 54. */
const inverted = Uint8Array.from({ length: 256 }, (_, value) =>
  Math.trunc(Math.fround(255 * Math.fround(1 - Math.fround(value / 255)))),
);

export function invert(picture: Picture): Picture {
  return { ...picture, pixels: picture.pixels.map((value) => inverted[value]) };
}

const kernels = {
  'nearest-exact': 'nearest',
  bilinear: 'linear',
  area: 'mitchell',
  bicubic: 'cubic',
  lanczos: 'lanczos3',
} as const;
export type ScaleMethod = keyof typeof kernels;

/** Scaled in sharp's own threads. `centre`: cut to the new proportions first. */
export async function scale(
  picture: Picture,
  width: number,
  height: number,
  method: ScaleMethod,
  centre: boolean,
): Promise<Picture> {
  const cut = centre ? toProportions(picture, width / height) : picture;
  const raw = { width: cut.width, height: cut.height, channels: 3 } as const;
  const data = await sharp(cut.pixels, { raw, limitInputPixels: false })
    .resize(width, height, { fit: 'fill', kernel: kernels[method] })
    .raw()
    .toBuffer();
  return { width, height, pixels: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function toProportions(picture: Picture, aspect: number): Picture {
  const { width, height } = picture;
  return width / height > aspect
    ? crop(picture, Math.max(1, Math.round(height * aspect)), height)
    : crop(picture, width, Math.max(1, Math.round(width / aspect)));
}
