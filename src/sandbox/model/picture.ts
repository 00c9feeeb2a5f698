import { Renderer } from '../head/renderer.js';
import type { Scene } from '../head/scene.js';
import type { Picture } from './types.js';

const renderers = new Map<string, Renderer>();
/** A renderer holds about 150 bytes a pixel; a server draws in few sizes. */
const RENDERERS_KEPT = 4;

/** The renderer of one picture size, kept between drawings. Callers run one after another: nothing here is shared. */
export function rendererOf(width: number, height: number, detail?: number): Renderer {
  const key = `${width}x${height} ${detail ?? ''}`;
  let found = renderers.get(key);
  if (!found) {
    found = new Renderer(width, height, detail);
    if (renderers.size >= RENDERERS_KEPT) renderers.delete([...renderers.keys()][0]);
  }
  renderers.delete(key);
  renderers.set(key, found);
  return found;
}

export function drawScene(scene: Scene, width: number, height: number): Picture {
  const values = new Float32Array(width * height * 3);
  rendererOf(width, height).render(scene, values);
  const pixels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) pixels[i] = Math.round(values[i] * 255);
  return { width, height, pixels };
}

/** The picture shrunk to width x height by averaging areas, as values 0..1; cut to that shape around its middle. */
export function shrink(picture: Picture, width: number, height: number): Float32Array {
  const scale = Math.min(picture.width / width, picture.height / height);
  const left = (picture.width - width * scale) / 2;
  const top = (picture.height - height * scale) / 2;
  const out = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      average(picture, left + x * scale, top + y * scale, scale, out, (y * width + x) * 3);
  }
  return out;
}

function average(
  { width, height, pixels }: Picture,
  left: number,
  top: number,
  size: number,
  into: Float32Array,
  k: number,
): void {
  const [x0, x1] = [Math.max(0, Math.floor(left)), Math.min(width, Math.ceil(left + size))];
  const [y0, y1] = [Math.max(0, Math.floor(top)), Math.min(height, Math.ceil(top + size))];
  let [r, g, b, total] = [0, 0, 0, 0];
  for (let y = y0; y < y1; y++) {
    const tall = Math.min(y + 1, top + size) - Math.max(y, top);
    for (let x = x0; x < x1; x++) {
      const share = tall * (Math.min(x + 1, left + size) - Math.max(x, left));
      const i = (y * width + x) * 3;
      r += share * pixels[i];
      g += share * pixels[i + 1];
      b += share * pixels[i + 2];
      total += share;
    }
  }
  const scale = total > 0 ? 1 / (255 * total) : 0;
  into[k] = r * scale;
  into[k + 1] = g * scale;
  into[k + 2] = b * scale;
}
