import type { Box } from './boxes.js';
import { defaultEmbedder, type Point } from '../models/embedder.js';
import { alignFace, embed } from './embedding.js';
import { findLandmarks, fivePoints } from './landmarks.js';
import type { Picture } from './picture.js';
import type { Model } from './sessions.js';

/**
 * UltraFace is as sure (0.98) of a cat, a bow tie or a galaxy as of a person; two other models are not. The embedding
 * of what is no face is short before it is brought to length 1 (feature norms tell quality: Ranjan et al.,
 * L2-constrained softmax, 2017), and its landmarks move where the box is moved a little. Measured on public photos: of
 * 177 labelled faces and 72 drawn heads all are kept, of 7 finds in 25 pictures without a person none, and of 398 photos
 * of animals (ImageNet) 48 instead of 114 show a face. Faces have 3.1 and more, heads turned by 57 degrees 2.4, a cat
 * 1.4 to 2.0, a galaxy 2.5; their points move by 0.01 of the box, of those others by 0.03 to 0.09. Of 136 photos each
 * that were darkened, blurred or saved at quality 8 it loses 4, 3 and 7; of 128 cut through the face 9.
 */
const faceLength = 2.6;
/** Enough with steady landmarks, or of a turned face, whose landmarks are never steady. */
const doubtfulLength = 2.2;
const steadyShare = 0.03;
const turnedDegrees = 30;
/** Of a face that is cut off or half in shadow the embedding is short; nothing but faces is so sure to the detector. */
const sureScore = 0.9999;

export interface FaceSigns {
  /** The detector's. */
  score: number;
  /** Of the embedding, before it is brought to length 1. */
  length: number;
  yaw: number;
}

/** `wobble`: asked only where the rest leaves it open, since it takes six looks. */
export async function isFace({ score, length, yaw }: FaceSigns, wobble: () => Promise<number>): Promise<boolean> {
  if (length >= faceLength || score >= sureScore) return true;
  if (length < doubtfulLength) return false;
  return Math.abs(yaw) >= turnedDegrees || (await wobble()) <= steadyShare;
}

/** Left, right, up, down, larger, smaller: shares of the box, and its scale. */
const moves = [
  [0.06, 0, 1],
  [-0.06, 0, 1],
  [0, 0.06, 1],
  [0, -0.06, 1],
  [0, 0, 1.12],
  [0, 0, 0.92],
];

/** How far the five points go, in sides of the box, where the box is moved a little. */
export async function wobbleOf(model: Model, picture: Picture, box: Box): Promise<number> {
  const [width, height] = [box[2] - box[0], box[3] - box[1]];
  const five = fivePoints(await findLandmarks(model, picture, box));
  let sum = 0;
  for (const [right, down, scale] of moves) {
    const [x, y] = [(box[0] + box[2]) / 2 + right * width, (box[1] + box[3]) / 2 + down * height];
    const [halfWidth, halfHeight] = [(width * scale) / 2, (height * scale) / 2];
    const moved: Box = [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight];
    const points = fivePoints(await findLandmarks(model, picture, moved));
    for (const [at, [px, py]] of points.entries()) sum += Math.hypot(px - five[at][0], py - five[at][1]);
  }
  return sum / (moves.length * five.length * Math.sqrt(width * height));
}

/** The model whose embeddings' lengths tell. */
export const checker = defaultEmbedder.embedding;

export async function lengthOf(model: Model, picture: Picture, five: readonly Point[]): Promise<number> {
  return (await embed(model, alignFace(picture, five, checker.input), checker.input)).length;
}

/** The largest, most central first: as many as are looked at one by one. A crowd's further faces are only counted. */
export const mostFaces = 16;

/** Most faces that stand upright have more; what is seen in a face on its side has up to 3.0, the face itself far more. */
const uprightLength = 3.2;
const betterTurnedBy = 1.25;
/** A look at a picture that lies on its side is one more chance to see what is none. */
const sureTurned = 0.99;

interface Seen {
  certainty: number;
  strength: number;
}

/** Worth a look with the picture turned: nothing is found, or the embedding is short. Other detectors tell how a face lies. */
export const looksTurned = (face: Seen | undefined, detector: string): boolean =>
  face === undefined || (detector === 'ultraface' && face.strength < uprightLength);

export function isBetterTurned({ certainty, strength }: Seen, upright: Seen | undefined, detector: string): boolean {
  if (detector !== 'ultraface') return upright === undefined;
  return certainty >= sureTurned && strength >= faceLength && strength >= betterTurnedBy * (upright?.strength ?? 0);
}
