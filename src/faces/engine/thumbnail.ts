import { greyOf, stretch, wholeOf, type Pixels } from './pixels.js';

export const thumbnailSize = 24;
/** Each value is the mean of this many samples, squared: single samples would tell two saves of a picture apart. */
const samples = 8;

/** The whole picture as thumbnailSize x thumbnailSize grey values, 0 to 255. */
export function thumbnailOf(picture: Pixels): Float32Array {
  const side = thumbnailSize * samples;
  const grey = greyOf(stretch(picture, wholeOf(picture), side, side));
  const thumbnail = new Float32Array(thumbnailSize * thumbnailSize);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const cell = Math.floor(y / samples) * thumbnailSize + Math.floor(x / samples);
      thumbnail[cell] += grey[y * side + x] / (samples * samples);
    }
  return thumbnail;
}
