import type { Setting, ViewRequest, Wording } from './family.js';

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
const otherDistances = {
  close: 'the face fills the image',
  bust: 'portrait down to the chest',
  half: 'half body shot',
};
const otherExpressions = {
  neutral: 'relaxed face, lips closed',
  smile: 'a warm smile',
  open: 'lips parted, as if speaking',
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

/** The same pose by what is seen of the face. */
function otherPoseWords({ yaw, pitch }: Pick<ViewRequest, 'yaw' | 'pitch'>): string {
  const [near, far] = yaw > 0 ? ['left', 'right'] : ['right', 'left'];
  const turned = Math.abs(yaw);
  const turn =
    turned < noticedDegrees
      ? 'seen straight from the front, both ears alike'
      : turned < 75
        ? `the nose points ${turned} degrees to the ${near} edge of the image, more of the ${far} cheek is seen`
        : `seen from the side, the nose points to the ${near} edge of the image, one eye is seen`;
  if (Math.abs(pitch) < noticedDegrees) return turn;
  return `${turn}, ${pitch > 0 ? 'seen from below, face raised' : 'seen from above, face lowered'}`;
}

/** Pose, distance and expression. */
const askedWords = (view: ViewRequest, wording: Wording): [string, string, string] =>
  wording === 'usual'
    ? [poseWords(view), distances[view.distance], expressions[view.expression]]
    : [otherPoseWords(view), otherDistances[view.distance], otherExpressions[view.expression]];

/** What the portrait of stage 02 shows around the face, as every family asks for it. */
const plain: Setting = {
  clothes: 'white t-shirt',
  background: 'plain light grey background',
  light: 'soft studio light',
};

/** What is around the face, for a prompt or a caption; none where the view says nothing of it. */
export function settingWords({ setting }: Pick<ViewRequest, 'setting'>): string[] {
  if (setting === undefined) return [];
  const { clothes, background, light, hair } = setting === 'plain' ? plain : setting;
  return [clothes, background, light, ...(hair === undefined ? [] : [hair])];
}

/** Everything that varies between the views of one person, as one phrase. */
export const viewWords = (view: ViewRequest, wording: Wording = 'usual'): string =>
  ['photo', ...askedWords(view, wording), ...settingWords(view)].join(', ');

/** The words for an editing model, which is told what to change and what to leave. */
export const changeWords = (view: ViewRequest, wording: Wording = 'usual'): string =>
  `Show the same person again: ${askedWords(view, wording).join('; ')}. ${keepWords(view.setting)}`;

const keepWords = (setting: ViewRequest['setting']): string =>
  setting === undefined || setting === 'plain'
    ? 'Keep the identity, the facial features, the hairstyle, the clothes, the light and the background.'
    : `Clothes: ${setting.clothes}. Background: ${setting.background}. Light: ${setting.light}. ` +
      (setting.hair === undefined
        ? 'Keep the identity, the facial features and the hairstyle.'
        : `Hair: ${setting.hair}, in its own colour. Keep the identity and the facial features.`);
