import { z } from 'zod';
import type { FaceMeasurement, MeasuredFace } from '../engine/engine.js';

/**
 * Of the way from an image's bytes to its figures. One more whenever the code of `faces/engine`, a model of the default or
 * a library that decodes gives other figures: what was kept before is then measured anew.
 */
export const measuringVersion = 1;

const figure = z.number();
const point = z.tuple([figure, figure]);
const face = z.object({
  box: z.tuple([figure, figure, figure, figure]),
  certainty: figure,
  landmarks5: z.array(point).length(5),
  pose: z.object({ yaw: figure, pitch: figure, roll: figure }),
  sharpness: figure,
  embedding: z.base64(),
  strength: figure,
  expression: z.object({ mouthOpen: figure, mouthWidth: figure, eyesOpen: figure }),
});
const keptMeasurement = z.object({
  width: figure,
  height: figure,
  faces: figure,
  chosen: face.nullable(),
  others: z.array(face),
  turned: z.union([z.literal(90), z.literal(180), z.literal(270)]).optional(),
  thumbnail: z.base64(),
});

/** JSON; every number comes back bit for bit (vectors as base64 of little-endian floats). */
export type KeptMeasurement = z.infer<typeof keptMeasurement>;

export const packed = ({ chosen, others, thumbnail, ...picture }: FaceMeasurement): KeptMeasurement => ({
  ...picture,
  chosen: chosen && packedFace(chosen),
  others: others.map(packedFace),
  thumbnail: base64Of(thumbnail),
});

/** Null where it is no measurement. */
export function unpacked(kept: unknown): FaceMeasurement | null {
  const { data } = keptMeasurement.safeParse(kept);
  if (!data) return null;
  const { chosen, others, thumbnail, ...picture } = data;
  return {
    ...picture,
    chosen: chosen && unpackedFace(chosen),
    others: others.map(unpackedFace),
    thumbnail: floatsOf(thumbnail),
  };
}

const packedFace = (face: MeasuredFace) => ({ ...face, embedding: base64Of(face.embedding) });
const unpackedFace = (kept: z.infer<typeof face>): MeasuredFace => ({ ...kept, embedding: floatsOf(kept.embedding) });

const base64Of = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** Copied: small buffers of Node lie in a pool, at places that are no multiple of four. */
const floatsOf = (text: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
