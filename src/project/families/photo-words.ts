import type { ViewRequest } from './family.js';

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

/** Everything that varies between the views of one person, as one phrase. */
export const viewWords = (view: ViewRequest): string =>
  ['photo', poseWords(view), distances[view.distance], expressions[view.expression]].join(', ');

/** The words for an editing model, which is told what to change and what to leave. */
export const changeWords = (view: ViewRequest): string =>
  `Show the same person again: ${poseWords(view)}; ${distances[view.distance]}; ${expressions[view.expression]}. ` +
  'Keep the identity, the facial features, the hairstyle, the clothes, the light and the background.';
