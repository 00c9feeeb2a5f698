import { byPlace, oddsOf, weightOf, type Box, type Detection } from './boxes.js';
import { defaultEmbedder, type Embedder, type Point } from '../models/embedder.js';
import { alignFace, embed, sharpnessOf } from './embedding.js';
import { checker, isBetterTurned, isFace, lengthOf, looksTurned, mostFaces, wobbleOf } from './face-check.js';
import { expressionOf, findLandmarks, fivePoints } from './landmarks.js';
import { loadPicture, type Picture, type PictureLimits } from './picture.js';
import { type Pixels, thumbnailOf } from './pixels.js';
import { measurePose, type Pose } from './pose.js';
import { findByScrfd } from './scrfd.js';
import { findInFrame, findInTiles } from './second-look.js';
import type { Expression } from '../../run/scored-picture.js';
import { releasePicture } from './memory.js';
import { openModel, type ModelKind } from './sessions.js';
import { otherWaysUp, turn, turnBack, turnBoxBack, type Quarters } from './turned.js';
import { findByUltraFace } from './ultraface.js';
import { findByYuNet } from './yunet.js';

export interface FaceMeasurement {
  /** Of the whole picture, turned as its EXIF says. */
  width: number;
  height: number;
  /** How many were found in the image. */
  faces: number;
  /** The largest, most central, surest face; null where none was found. */
  chosen: MeasuredFace | null;
  /** The other faces, the largest, most central one first; at most 15. */
  others: MeasuredFace[];
  /** Degrees clockwise by which the picture has to be turned to stand upright: the face was measured so. */
  turned?: Turned;
  /** The whole picture as 24 x 24 grey values: tells a repeated picture from a similar one. */
  thumbnail: Float32Array;
}

export type Turned = 90 | 180 | 270;

interface Found {
  faces: MeasuredFace[];
  /** Seen, but not looked at one by one. */
  further: number;
  quarters?: Quarters;
}

export interface MeasuredFace {
  /** In the picture's own pixels. */
  box: Box;
  /** How sure the detector is, 0 to 1. */
  certainty: number;
  /** Left eye, right eye, nose, left and right mouth corner as seen in the picture; in its own pixels. */
  landmarks5: Point[];
  pose: Pose;
  /** Variance of the Laplacian over the face at the embedder's size; higher is sharper. */
  sharpness: number;
  /** Of length 1. */
  embedding: Float32Array;
  /** The length that it had, by the model that tells faces; short of what is no face, or lies on its side. */
  strength: number;
  expression: Expression;
}

export interface FaceEngine {
  /** Pictures may be measured at once: decoding, finding and embedding then overlap. */
  measure(source: Buffer | string, limits?: PictureLimits): Promise<FaceMeasurement>;
  readonly embedder: Embedder;
  /** Of what it has measured before, here or elsewhere. */
  readonly memory?: MeasurementMemory;
}

/** Measurements that outlive this process, by the SHA-256 of an image's bytes. */
export interface MeasurementMemory {
  find(sha256: string): Promise<FaceMeasurement | null>;
  keep(sha256: string, face: FaceMeasurement): Promise<void>;
}

export interface FaceEngineOptions {
  /** Holds fr_landmark and fr_pose.onnx, and the files of the embedder. */
  modelsDir: string;
  /** Default: `defaultEmbedder`. */
  embedder?: Embedder;
}

/** While one goes through the models the next is read: more would only wait in memory. */
export const picturesAtOnce = 2;

const detectors = { ultraface: findByUltraFace, scrfd: findByScrfd, yunet: findByYuNet };

/**
 * Models are loaded when the first picture comes, once in a process. `measure` throws PictureError for a bad picture,
 * ModelError where a model can't be loaded.
 */
export async function createFaceEngine(options: FaceEngineOptions): Promise<FaceEngine> {
  const { modelsDir, embedder = defaultEmbedder } = options;
  const open = (file: string, kind: ModelKind) => openModel(modelsDir, file, kind);

  /** Null where it is no face after all. */
  async function measureFace(picture: Picture, { box, score, landmarks5 }: Detection): Promise<MeasuredFace | null> {
    const finder = await open('fr_landmark.onnx', 'finder');
    const points = await findLandmarks(finder, picture, box);
    const five = landmarks5 ?? fivePoints(points);
    const { file, input } = embedder.embedding;
    const aligned = alignFace(picture, five, input);
    const [pose, { embedding, length }] = await Promise.all([
      open('fr_pose.onnx', 'finder').then((model) => measurePose(model, picture, box)),
      open(file, 'embedder').then((model) => embed(model, aligned, input)),
    ]);
    let strength = length;
    if (embedder.detector.kind === 'ultraface') {
      const own = file === checker.file ? length : await lengthOf(await open(checker.file, 'embedder'), picture, five);
      strength = own;
      const signs = { score, length: own, yaw: pose.yaw };
      if (!(await isFace(signs, () => wobbleOf(finder, picture, box)))) return null;
    }
    return {
      box: inOwnPixels(picture, box),
      certainty: score,
      landmarks5: five.map(([x, y]) => [x * scaleOf(picture), y * scaleOf(picture)]),
      pose,
      sharpness: sharpnessOf(aligned, input.size),
      embedding,
      strength,
      expression: expressionOf(points),
    };
  }

  /** Where none is found, a second look: the face may fill the picture, or be tiny. */
  async function findFaces(picture: Picture): Promise<Found> {
    const { kind, file } = embedder.detector;
    const model = await open(file, 'finder');
    const find = (pixels: Pixels) => detectors[kind](model, pixels);
    const looks = [() => find(picture), () => findInFrame(find, picture)];
    // The others see twice as many pixels of the whole.
    if (kind === 'ultraface') looks.push(() => findInTiles(find, picture));
    for (const look of looks) {
      const found = byPlace(await look(), picture.workingWidth, picture.workingHeight);
      const faces: MeasuredFace[] = [];
      for (const detection of found.slice(0, mostFaces)) {
        const face = await measureFace(picture, detection);
        if (face) faces.push(face);
      }
      const further = Math.max(0, found.length - mostFaces);
      if (faces.length > 0) return { faces: bySureness(faces, picture), further };
    }
    return { faces: [], further: 0 };
  }

  /** As the camera held it: a photo may lie on its side with no word of it in its EXIF. */
  async function findOnSide(picture: Picture, upright: MeasuredFace | undefined): Promise<Found | null> {
    if (!looksTurned(upright, embedder.detector.kind)) return null;
    const model = await open(embedder.detector.file, 'finder');
    let best: (Found & { face: MeasuredFace }) | null = null;
    for (const quarters of otherWaysUp) {
      const turned = turn(picture, quarters);
      const { workingWidth, workingHeight } = turned;
      const found = byPlace(await detectors[embedder.detector.kind](model, turned), workingWidth, workingHeight);
      const face = found.length > 0 ? await measureFace(turned, found[0]) : null;
      if (!face || !isBetterTurned(face, upright, embedder.detector.kind)) continue;
      if (best && best.face.strength >= face.strength) continue;
      const size: Point = [picture.width, picture.height];
      const landmarks5 = face.landmarks5.map((point) => turnBack(point, size, quarters));
      const back = { ...face, box: turnBoxBack(face.box, size, quarters), landmarks5 };
      best = { face, faces: [back], further: found.length - 1, quarters };
    }
    return best;
  }

  async function measurePicture(picture: Picture): Promise<FaceMeasurement> {
    const upright = await findFaces(picture);
    const { faces, further, quarters } = (await findOnSide(picture, upright.faces[0])) ?? upright;
    const [chosen = null, ...others] = faces;
    return {
      width: picture.width,
      height: picture.height,
      faces: faces.length + further,
      chosen,
      others,
      ...(quarters ? { turned: (quarters * 90) as Turned } : {}),
      thumbnail: thumbnailOf(picture),
    };
  }

  return {
    embedder,
    async measure(source, limits) {
      const picture = await loadPicture(source, limits);
      try {
        return await measurePicture(picture);
      } finally {
        releasePicture(picture.rgb.length);
      }
    },
  };
}

/** A blurred light that looks like a face is often larger than the person, and never as sure. */
function bySureness(faces: MeasuredFace[], { width, height }: Picture): MeasuredFace[] {
  const weight = ({ box, certainty }: MeasuredFace) => weightOf(box, width, height) * oddsOf(certainty);
  return faces.toSorted((a, b) => weight(b) - weight(a));
}

const scaleOf = ({ width, workingWidth }: Picture): number => width / workingWidth;
const inOwnPixels = (picture: Picture, box: Box): Box => box.map((value) => value * scaleOf(picture)) as Box;
