export type Point = [number, number];

/**
 * Where ArcFace-like embedders want left eye, right eye, nose, left and right mouth corner (as seen in the picture), in a
 * square of 112 pixels (InsightFace, arcface_dst).
 */
export const arcFaceTemplate: readonly Point[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** How a model wants its colours: (value - mean) / std of 0 to 255, in this order. */
export interface Colours {
  /** Three numbers, in the order of `channels`. */
  mean: readonly number[];
  std: readonly number[];
  channels: 'rgb' | 'bgr';
}

/** The same mean and spread for all three channels. */
export const evenly = (mean: number, std: number, channels: Colours['channels'] = 'rgb'): Colours => {
  return { mean: [mean, mean, mean], std: [std, std, std], channels };
};

export type DetectorKind = 'ultraface' | 'scrfd' | 'yunet';

/** What an embedding model wants to see. */
export interface EmbedderInput extends Colours {
  /** Edge of its square, in pixels. */
  size: number;
  /** Where in it left eye, right eye, nose, left and right mouth corner belong. */
  template: readonly Point[];
}

/** A way to measure likeness: a detector, an embedding model, and the likeness from which on it is the same person. */
export interface Embedder {
  name: string;
  /** Files are in the folder of the face models, unless given whole. */
  detector: { kind: DetectorKind; file: string };
  embedding: { file: string; input: EmbedderInput };
  /** Cosine at and above which two pictures are taken for the same person. */
  threshold: number;
  licence: Licence;
  /** Where its files come from, for people. */
  source: string;
}

export interface Licence {
  /** e.g. MIT */
  name: string;
  /** Whether pictures may be sold that were chosen with it. */
  commercial: boolean;
}

export const defaultEmbedder: Embedder = {
  name: 'default',
  detector: { kind: 'ultraface', file: 'fr_detect.onnx' },
  // Blue first: it tells people apart a little better than red first.
  embedding: { file: 'fr_feature.onnx', input: arcFaceInput(evenly(127, 128, 'bgr')) },
  threshold: 0.37,
  licence: { name: 'MIT', commercial: true },
  source: 'npm: faceplugin-face-recognition-js@0.0.1',
};

/** OpenCV Zoo's pair; the threshold is the one that its SFace page gives for LFW. */
const yunetSface: Embedder = {
  name: 'yunet+sface',
  detector: { kind: 'yunet', file: 'face_detection_yunet_2023mar.onnx' },
  // Plain bytes, as cv::FaceRecognizerSF: the file holds its own normalisation.
  embedding: { file: 'face_recognition_sface_2021dec.onnx', input: arcFaceInput(evenly(0, 1)) },
  threshold: 0.363,
  licence: { name: 'MIT (YuNet), Apache-2.0 (SFace)', commercial: true },
  source: 'OpenCV Zoo: https://github.com/opencv/opencv_zoo',
};

const insightFaceLicence: Licence = { name: 'InsightFace, non-commercial research only', commercial: false };

/** InsightFace's buffalo_l; its own examples take 0.28 and above for the same person. */
const scrfdArcface: Embedder = {
  name: 'scrfd+arcface',
  detector: { kind: 'scrfd', file: 'det_10g.onnx' },
  embedding: { file: 'w600k_r50.onnx', input: arcFaceInput(evenly(127.5, 127.5)) },
  threshold: 0.28,
  licence: insightFaceLicence,
  source: 'InsightFace buffalo_l: https://github.com/deepinsight/insightface/releases/tag/v0.7',
};

/** InsightFace's antelopev2: the same detector under another name, a larger embedding model. */
const scrfdGlint: Embedder = {
  ...scrfdArcface,
  name: 'scrfd+arcface-antelopev2',
  source: 'InsightFace antelopev2: https://github.com/deepinsight/insightface/releases/tag/v0.7',
  detector: { kind: 'scrfd', file: 'scrfd_10g_bnkps.onnx' },
  embedding: { ...scrfdArcface.embedding, file: 'glintr100.onnx' },
};

export const builtInEmbedders: readonly Embedder[] = [defaultEmbedder, yunetSface, scrfdArcface, scrfdGlint];

export const filesOf = ({ detector, embedding }: Embedder): string[] => [detector.file, embedding.file];

function arcFaceInput(colours: Colours): EmbedderInput {
  return { ...colours, size: 112, template: arcFaceTemplate };
}
