import type { ViewRequest } from '../family.js';

/** By the camera's azimuth in steps of 45 degrees, from the front and around by the picture's right. */
const azimuths = [
  'front view',
  'front-right quarter view',
  'right side view',
  'back-right quarter view',
  'back view',
  'back-left quarter view',
  'left side view',
  'front-left quarter view',
];
const distances = { close: 'close-up', bust: 'medium shot', half: 'wide shot' };

/**
 * A view in the 96 phrases of fal/Qwen-Image-Edit-2511-Multiple-Angles-LoRA, `<sks> AZIMUTH ELEVATION DISTANCE`. It moves
 * the camera, not the head: a camera to the right sees the face turned to the picture's left, one below sees it look up.
 */
export function cameraWords({ yaw, pitch, distance }: ViewRequest): string {
  const azimuth = azimuths[(Math.round(yaw / 45) + azimuths.length) % azimuths.length];
  return `<sks> ${azimuth} ${elevationOf(pitch)} ${distances[distance]}`;
}

/** The phrases stand for -30, 0, 30 and 60 degrees of the camera; each takes what lies nearest to it. */
function elevationOf(pitch: number): string {
  const camera = -pitch;
  if (camera <= -15) return 'low-angle shot';
  if (camera < 15) return 'eye-level shot';
  return camera < 45 ? 'elevated shot' : 'high-angle shot';
}
