import type { Colours } from '../models/embedder.js';
import type { Box } from './boxes.js';
import type { Picture } from './picture.js';
import { cropOf, planesOf, stretch } from './pixels.js';
import type { Model } from './sessions.js';

/** Degrees. Yaw positive: turned to the picture's left; a level head measures a pitch of about -10. */
export interface Pose {
  yaw: number;
  pitch: number;
  roll: number;
}

const size = 224;
const imageNet: Colours = {
  mean: [0.485, 0.456, 0.406].map((value) => value * 255),
  std: [0.229, 0.224, 0.225].map((value) => value * 255),
  channels: 'rgb',
};

/** fr_pose.onnx (HopeNet's head): the face box grown by a quarter on each side. */
export async function measurePose(model: Model, picture: Picture, box: Box): Promise<Pose> {
  const [growX, growY] = [(box[2] - box[0]) / 4, (box[3] - box[1]) / 4];
  const grown: Box = [box[0] - growX, box[1] - growY, box[2] + growX, box[3] + growY];
  const pixels = stretch(picture, cropOf(picture, grown), size, size);
  const outputs = await model.run(planesOf(pixels, imageNet), [1, 3, size, size]);
  // In the order of the file: `output`, `617`, `618`; an object would put the numbers first.
  const [yaw, pitch, roll] = ['output', '617', '618'].map((name) => angleOf(outputs[name].data));
  return { yaw, pitch, roll };
}

/** 66 bins of 3 degrees from -99 on: the softmax-weighted mean (Ruiz et al., HopeNet, 2018), to a tenth of a degree. */
export function angleOf(logits: ArrayLike<number>): number {
  const values = Array.from(logits);
  const most = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const expectation = weights.reduce((sum, weight, bin) => sum + (weight / total) * bin, 0);
  return Math.round((expectation * 3 - 99) * 10) / 10;
}
