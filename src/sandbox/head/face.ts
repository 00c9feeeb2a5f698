import { AT, type Scene } from './scene.js';
import { soft } from './kernels.js';

/**
 * Measures of one face in head units (half the head's height is about 1; x to the picture's right, y up, z to the
 * viewer), derived once per drawing from the identity and expression numbers.
 */
export interface Face {
  width: number;
  height: number;
  depth: number;
  jaw: number;
  taper: number;
  eyeX: number;
  eyeY: number;
  eyeWide: number;
  eyeTall: number;
  eyeTilt: number;
  iris: number;
  browY: number;
  noseY: number;
  noseWide: number;
  noseTip: number;
  bridge: number;
  mouthY: number;
  mouthWide: number;
  upperLip: number;
  lowerLip: number;
  smile: number;
  open: number;
  age: number;
  forehead: number;
  socket: number;
  cheeks: number;
  cheekbone: number;
  chin: number;
  chinWidth: number;
  lipFullness: number;
  /** Identity numbers that paint and hair use as they are, after the soft limit. */
  z: (name: keyof typeof AT) => number;
}

export function measureFace(scene: Scene): Face {
  const limited = scene.map(soft);
  const z = (name: keyof typeof AT): number => limited[AT[name]];
  const smile = scene[AT.smile];
  const eyeY = 0.05 + 0.032 * z('eyeY');
  const noseY = eyeY - 0.3 - 0.04 * z('noseLength');
  return {
    width: 0.72 + 0.036 * z('faceWidth'),
    height: 1.0 + 0.045 * z('faceLength'),
    depth: 0.86,
    jaw: 1.9 + 0.4 * z('jaw'),
    taper: 0.27 - 0.05 * z('jaw') - 0.012 * z('faceWidth'),
    eyeX: 0.278 + 0.022 * z('eyeSpacing'),
    eyeY,
    eyeWide: 0.137 + 0.013 * z('eyeSize'),
    eyeTall: (0.063 + 0.008 * z('eyeSize')) * (1 + 0.17 * z('eyeOpen')),
    eyeTilt: 0.09 + 0.075 * z('eyeTilt'),
    iris: 0.074 + 0.006 * z('eyeSize'),
    browY: eyeY + 0.185 + 0.026 * z('browY') + 0.05 * scene[AT.browRaise] - 0.02 * scene[AT.frown],
    noseY,
    noseWide: 0.07 + 0.012 * z('noseWidth'),
    noseTip: 1 + 0.22 * z('noseTip'),
    bridge: 1 + 0.25 * z('noseBridge'),
    mouthY: noseY - 0.235 + 0.024 * z('mouthY'),
    mouthWide: (0.212 + 0.023 * z('mouthWidth')) * (1 + 0.24 * Math.max(0, smile)),
    upperLip: (0.052 + 0.012 * z('upperLip')) * (1 - 0.18 * Math.max(0, smile)),
    lowerLip: (0.066 + 0.013 * z('lowerLip')) * (1 - 0.12 * Math.max(0, smile)),
    smile,
    open: scene[AT.open],
    age: Math.max(0, scene[AT.age] + 0.4),
    forehead: z('forehead'),
    socket: z('socket'),
    cheeks: z('cheeks'),
    cheekbone: z('cheekbone'),
    chin: z('chin'),
    chinWidth: z('chinWidth'),
    lipFullness: z('lipFullness'),
    z,
  };
}

/** The height of the line between the lips at `x`; corners rise with a smile. */
export function lipLine(face: Face, x: number): number {
  const q = x / face.mouthWide;
  return face.mouthY + (0.062 * face.smile + 0.006) * q * q + 0.008 * face.smile;
}
