import { percent } from '../text/figures.js';
import type { CheckpointChoice } from './verdict.js';

type Styled = Pick<CheckpointChoice, 'fallen' | 'lostVariety'>;

/** Of the reason: what a person sees of the named checkpoint that its mean does not tell. */
export const styleNotes = ({ fallen, lostVariety }: Styled): string[] => [
  ...fallen
    .slice(0, 1)
    .map(
      ({ prompt, step, by }) => `for the prompt '${prompt}' checkpoint ${step} is measurably better, by ${fine(by)}`,
    ),
  ...(lostVariety
    ? [
        `its images vary little from seed to seed (${percent(lostVariety.now)}; ${percent(lostVariety.before)} at step ` +
          `${lostVariety.step}), so check that the prompts' backdrops and light are still there`,
      ]
    : []),
];

const fine = (value: number): string => value.toFixed(3);
