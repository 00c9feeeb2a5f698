import { builtInEmbedders, defaultEmbedder, filesOf } from './embedder.js';
import { faceModels, type ModelFile } from './model-files.js';

/** Where a file that no registry carries comes from. */
export type Source = { kind: 'npm' } | { kind: 'file'; url: string } | { kind: 'zip'; url: string; member: string };

export interface CataloguedFile extends ModelFile {
  source: Source;
}

const openCvZoo =
  'https://media.githubusercontent.com/media/opencv/opencv_zoo/47534e27c9851bb1128ccc0102f1145e27f23f98/models';
const insightFace = 'https://github.com/deepinsight/insightface/releases/download/v0.7';

/** Every file that the built-in embedders name. */
export const catalogue: readonly CataloguedFile[] = [
  ...faceModels.map((file): CataloguedFile => ({ ...file, source: { kind: 'npm' } })),
  {
    name: 'face_detection_yunet_2023mar.onnx',
    sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
    bytes: 232_589,
    source: { kind: 'file', url: `${openCvZoo}/face_detection_yunet/face_detection_yunet_2023mar.onnx` },
  },
  {
    name: 'face_recognition_sface_2021dec.onnx',
    sha256: '0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79',
    bytes: 38_696_353,
    source: { kind: 'file', url: `${openCvZoo}/face_recognition_sface/face_recognition_sface_2021dec.onnx` },
  },
  {
    name: 'det_10g.onnx',
    sha256: '5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91',
    bytes: 16_923_827,
    source: { kind: 'zip', url: `${insightFace}/buffalo_l.zip`, member: 'det_10g.onnx' },
  },
  {
    name: 'w600k_r50.onnx',
    sha256: '4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43',
    bytes: 174_383_860,
    source: { kind: 'zip', url: `${insightFace}/buffalo_l.zip`, member: 'w600k_r50.onnx' },
  },
  {
    name: 'scrfd_10g_bnkps.onnx',
    sha256: '5838f7fe053675b1c7a08b633df49e7af5495cee0493c7dcf6697200b85b5b91',
    bytes: 16_923_827,
    source: { kind: 'zip', url: `${insightFace}/antelopev2.zip`, member: 'scrfd_10g_bnkps.onnx' },
  },
  {
    name: 'glintr100.onnx',
    sha256: '4ab1d6435d639628a6f3e5008dd4f929edf4c4124b1a7169e1048f9fef534cdf',
    bytes: 260_665_334,
    source: { kind: 'zip', url: `${insightFace}/antelopev2.zip`, member: 'glintr100.onnx' },
  },
];

/** The catalogue's files of a built-in embedder, with those of the default that every embedder needs for the pose. */
export function cataloguedFilesOf(name: string): CataloguedFile[] {
  const embedder = builtInEmbedders.find((one) => one.name === name);
  const own = embedder && embedder !== defaultEmbedder ? filesOf(embedder) : [];
  return catalogue.filter((file) => file.source.kind === 'npm' || own.includes(file.name));
}
