import type { AskedPart } from '../../run/checkpoint-record.js';
import { askedIn } from './asked.js';
import type { ScoredPicture } from '../../run/scored-picture.js';

type Found = Pick<ScoredPicture, 'measured' | 'expression'>;

/** What the prompt asked of the face against what was found; one face is always asked. */
export function adherenceOf(prompt: string, { measured, expression }: Found): AskedPart[] {
  const { turn, expression: mood, framing } = askedIn(prompt);
  const faces = `${measured.faces} ${measured.faces === 1 ? 'face' : 'faces'}`;
  const parts: AskedPart[] = [{ part: 'faces', asked: 'one face', found: faces, met: measured.faces === 1 }];
  const { box, pose, height } = measured;
  if (turn && pose) {
    const off = Math.abs(pose.yaw);
    parts.push({ part: 'pose', asked: turn.words, found: `yaw ${Math.round(pose.yaw)}`, met: within(off, turn) });
  }
  if (mood && expression) {
    const value = expression[mood.feature];
    const name = mood.feature === 'mouthOpen' ? 'mouth opening' : 'mouth width';
    parts.push({
      part: 'expression',
      asked: mood.words,
      found: `${name} ${value.toFixed(2)}`,
      met: within(value, mood),
    });
  }
  if (framing && box) {
    const share = (box[3] - box[1]) / height;
    const found = `face ${Math.round(100 * share)}% of the height`;
    parts.push({ part: 'framing', asked: framing.words, found, met: within(share, framing) });
  }
  return parts;
}

const within = (value: number, { from, to }: { from: number; to: number }): boolean => value >= from && value <= to;
