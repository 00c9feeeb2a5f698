import type { Setting, ViewRequest } from './family.js';

const distances = {
  close: 'close-up of the face',
  bust: 'head and shoulders',
  half: 'from the waist up',
};
const expressions = {
  neutral: 'neutral expression',
  smile: 'smiling',
  open: 'mouth open',
};

/** Small turns look frontal to a model, and to a person. */
const noticedDegrees = 8;

/** How models trained on captions speak of a head's pose; left and right are the picture's. */
export function poseWords({ yaw, pitch }: Pick<ViewRequest, 'yaw' | 'pitch'>): string {
  const side = yaw > 0 ? 'left' : 'right';
  const turned = Math.abs(yaw);
  const turn =
    turned < noticedDegrees
      ? 'front view, facing the camera'
      : turned < 40
        ? `three-quarter view, head turned ${turned} degrees to the ${side} of the picture`
        : turned < 75
          ? `head turned far, ${turned} degrees to the ${side} of the picture`
          : `side profile facing the ${side} of the picture`;
  if (Math.abs(pitch) < noticedDegrees) return turn;
  return `${turn}, ${pitch > 0 ? 'chin raised, looking up' : 'chin lowered, looking down'}`;
}

/** What the portrait of stage 02 shows around the face, as every family asks for it. */
const plain: Setting = {
  clothes: 'white t-shirt',
  background: 'plain light grey background',
  light: 'soft studio light',
};

/** What is around the face, for a prompt or a caption; none where the view says nothing of it. */
export function settingWords({ setting }: Pick<ViewRequest, 'setting'>): string[] {
  if (setting === undefined) return [];
  const { clothes, background, light } = setting === 'plain' ? plain : setting;
  return [clothes, background, light];
}

/** Everything that varies between the views of one person, as one phrase. */
export const viewWords = (view: ViewRequest): string =>
  ['photo', poseWords(view), distances[view.distance], expressions[view.expression], ...settingWords(view)].join(', ');

/** The words for an editing model, which is told what to change and what to leave. */
export const changeWords = (view: ViewRequest): string =>
  `Show the same person again: ${poseWords(view)}; ${distances[view.distance]}; ${expressions[view.expression]}. ` +
  keepWords(view.setting);

const keepWords = (setting: ViewRequest['setting']): string =>
  setting === undefined || setting === 'plain'
    ? 'Keep the identity, the facial features, the hairstyle, the clothes, the light and the background.'
    : `Clothes: ${setting.clothes}. Background: ${setting.background}. Light: ${setting.light}. ` +
      'Keep the identity, the facial features and the hairstyle.';
