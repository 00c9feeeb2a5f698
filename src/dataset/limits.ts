/**
 * What a picture must meet to be used, in one place. Angles in degrees. Found on drawn heads and photos with the
 * default face models (fr_*.onnx); generous, since a rejected picture is rendered again.
 */

/** At this cosine and above the default embedder takes two frontal pictures for one person (2,565 labelled photo pairs). */
const defaultThreshold = 0.37;

/** fr_pose measures a level head as looking this far down. */
export const pitchOffsetDegrees = -10;

/** Sharpness of a drawn head of 270 pixels: 2000; blurred by 3 pixels 220, by 5 pixels 60. Photos lie lower. */
export const anchorLimits = { yaw: 20, pitch: 22, faceShare: 0.03, facePixels: 96, sharpness: 50 };
export const canonicalLimits = { yaw: 12, pitch: 15, faceShare: 0.06, facePixels: 112, sharpness: 50 };
export const viewLimits = { yawOff: 20, pitchOff: 22, sideYawOff: 28, facePixels: 48, sharpness: 25 };

/** Beyond this yaw pose is measured less well. */
export const sideYawDegrees = 45;

/**
 * Similarity to a frontal portrait falls with yaw for everybody (drawn heads: 0.82 at 29 degrees, 0.37 at 57), so what
 * is asked falls too: the embedder's threshold up to 20 degrees, then a sixtieth of it less a degree, never below a
 * quarter of it.
 */
export function similarityLimit(yawDegrees: number, threshold = defaultThreshold): number {
  const beyond = Math.max(0, Math.abs(yawDegrees) - 20);
  return threshold * Math.max(1 / 4, 1 - beyond / 60);
}
