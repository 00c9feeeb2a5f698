import type { Surroundings } from '../../dataset/fusion.js';
import { labOf } from '../../dataset/colour-clusters.js';
import type { Picture } from '../engine/picture.js';

type Box = [number, number, number, number];
type Rgb = [number, number, number];

/** Samples along each side of a region: colours of a region need no more. */
const samples = 24;
/** A region narrower or lower than this share of the image shows too little. */
const leastShare = 0.04;

/**
 * What is around a face: the median colour of the upper corners beside it, of what it wears below it, and the light on it.
 * @param box of the face, in pixels of the picture
 */
export function surroundingsOf(picture: Picture, box: Box): Surroundings {
  const scale = picture.workingWidth / picture.width;
  const [left, top, right, bottom] = box.map((value) => value * scale);
  const [width, height] = [right - left, bottom - top];
  const { workingWidth: w, workingHeight: h } = picture;
  // Hair reaches beyond the face's box by about half its width.
  const beside = [
    region(0, 0, Math.min(0.2 * w, left - 0.5 * width), 0.5 * h),
    region(Math.max(0.8 * w, right + 0.5 * width), 0, w, 0.5 * h),
  ];
  const worn = region(left - 0.15 * width, bottom + 0.45 * height, right + 0.15 * width, bottom + 1.3 * height);
  const background = beside.flatMap((one) => coloursIn(picture, one));
  return {
    background: background.length === 0 ? null : medianOf(background),
    clothes: colourOf(picture, worn),
    light: lightOn(picture, [left + 0.2 * width, top + 0.3 * height, right - 0.2 * width, bottom - 0.15 * height]),
  };
}

const region = (left: number, top: number, right: number, bottom: number): Box => [left, top, right, bottom];

function colourOf(picture: Picture, box: Box): Rgb | null {
  const colours = coloursIn(picture, box);
  return colours.length === 0 ? null : medianOf(colours);
}

/** Empty where too little of the region is in the picture. */
function coloursIn({ rgb, workingWidth, workingHeight }: Picture, [x0, y0, x1, y1]: Box): Rgb[] {
  const [left, top] = [Math.max(0, x0), Math.max(0, y0)];
  const [right, bottom] = [Math.min(workingWidth, x1), Math.min(workingHeight, y1)];
  if (right - left < leastShare * workingWidth || bottom - top < leastShare * workingHeight) return [];
  return Array.from({ length: samples * samples }, (_, index): Rgb => {
    const x = Math.floor(left + ((index % samples) + 0.5) * ((right - left) / samples));
    const y = Math.floor(top + (Math.floor(index / samples) + 0.5) * ((bottom - top) / samples));
    const at = 3 * (Math.min(y, workingHeight - 1) * workingWidth + Math.min(x, workingWidth - 1));
    return [rgb[at], rgb[at + 1], rgb[at + 2]];
  });
}

const medianOf = (colours: Rgb[]): Rgb =>
  [0, 1, 2].map((channel) => {
    const values = colours.map((colour) => colour[channel]).toSorted((a, b) => a - b);
    return values[Math.floor(values.length / 2)];
  }) as Rgb;

function lightOn(picture: Picture, box: Box): Surroundings['light'] {
  const [left, top, right, bottom] = box;
  const middle = (left + right) / 2;
  const halves = [region(left, top, middle, bottom), region(middle, top, right, bottom)];
  const [one, other] = halves.map((half) => colourOf(picture, half)).map((colour) => colour && labOf(colour));
  if (!one || !other) return null;
  return [(one[0] + other[0]) / 2, (one[2] + other[2]) / 2, other[0] - one[0]];
}
