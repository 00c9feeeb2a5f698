import type { Point } from './alignment.js';
import { mainFace, type Box } from './boxes.js';
import { detectFaces } from './detector.js';
import { alignFace, embed, sharpnessOf } from './embedding.js';
import { expressionOf, findLandmarks, fivePoints } from './landmarks.js';
import { loadPicture, type Picture, type PictureLimits } from './picture.js';
import { measurePose, type Pose } from './pose.js';
import { greyOf, stretch } from './pixels.js';
import type { Expression } from './scored-picture.js';
import { openModel } from './sessions.js';

export interface FaceMeasurement {
  /** Of the whole picture, turned as its EXIF says. */
  width: number;
  height: number;
  faces: number;
  /** The largest, most central face; null where none was found. */
  chosen: MeasuredFace | null;
  /** The whole picture as 24 x 24 grey values: tells a repeated picture from a similar one. */
  thumbnail: Float32Array;
}

export interface MeasuredFace {
  /** In the picture's own pixels. */
  box: Box;
  /** The detector's, 0 to 1. */
  score: number;
  landmarks5: Point[];
  pose: Pose;
  /** Variance of the Laplacian over the face at 112 px; higher is sharper. */
  sharpness: number;
  /** 512 numbers of length 1. */
  embedding: Float32Array;
  expression: Expression;
}

export interface FaceEngine {
  /** @throws PictureError for a bad picture, ModelError where a model can't be loaded */
  measure(source: Buffer | string, limits?: PictureLimits): Promise<FaceMeasurement>;
}

export interface FaceEngineOptions {
  /** Holds fr_detect, fr_landmark, fr_pose and fr_feature.onnx. */
  modelsDir: string;
  /** CPU threads a model may use. */
  threads?: number;
}

export const thumbnailSize = 24;

/** Models are loaded when the first picture comes, once in a process. */
export async function createFaceEngine({ modelsDir, threads = 1 }: FaceEngineOptions): Promise<FaceEngine> {
  const open = (name: string) => openModel(modelsDir, `fr_${name}.onnx`, threads);
  return {
    async measure(source, limits) {
      const picture = await loadPicture(source, limits);
      const detections = await detectFaces(await open('detect'), picture);
      const main = mainFace(detections, picture.workingWidth, picture.workingHeight);
      const thumbnail = greyOf(await stretch(picture, thumbnailSize, thumbnailSize));
      const { width, height } = picture;
      const common = { width, height, faces: detections.length, thumbnail };
      if (main === null) return { ...common, chosen: null };
      const points = await findLandmarks(await open('landmark'), picture, main.box);
      const landmarks5 = fivePoints(points);
      const aligned = alignFace(picture, landmarks5);
      const scale = picture.width / picture.workingWidth;
      return {
        ...common,
        chosen: {
          box: main.box.map((value) => value * scale) as Box,
          score: main.score,
          landmarks5: landmarks5.map(([x, y]) => [x * scale, y * scale]),
          pose: await measurePose(await open('pose'), picture, main.box),
          sharpness: sharpnessOf(aligned),
          embedding: await embed(await open('feature'), aligned),
          expression: expressionOf(points),
        },
      };
    },
  };
}

export type { Picture };
