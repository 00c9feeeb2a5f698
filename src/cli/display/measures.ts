import { percent, signed } from '../../text/figures.js';
import type { SetMeasures } from '../../run/sweep.js';
import { hasInterval, type Score, strengthWords } from '../../run/checkpoint-record.js';
import { testIds, testNames } from '../../project/test-prompts.js';
import type { RunStatus } from '../../run/messages.js';

/** What the scored pictures say beyond identity, a few lines for no LoRA and for each checkpoint. */
export function measureLines({ sweep, baseline, baselineMeasures }: RunStatus): string[] {
  const sets = [
    { name: 'without LoRA', measures: baseline ? baselineMeasures : null },
    ...sweep.map(({ step, strength, measures }) => ({
      name: `checkpoint ${step}${strengthWords(strength)}`,
      measures,
    })),
  ];
  return sets.flatMap(({ name, measures }) =>
    measures ? [`${name}:`, ...linesOf(measures).map((line) => `  ${line}`)] : [],
  );
}

function linesOf({ perPrompt, perPose, memorisation, generalisation, margin, tests }: SetMeasures): string[] {
  return [
    `identity by prompt: ${scoresOf(perPrompt)}`,
    ...(Object.keys(perPose).length > 0 ? [`identity by pose: ${scoresOf(perPose)}`] : []),
    ...(memorisation === null
      ? []
      : [
          `memorisation ${signed(memorisation, 2)}${generalisation ? `, near-copies ${generalisation.nearCopies}` : ''}`,
        ]),
    ...(generalisation ? ofGeneralisation(generalisation) : []),
    ...(margin && margin.n > 0 ? [`ahead of the nearest look-alike by ${wordsOf(margin)}`] : []),
    ...(tests ? [`tests: ${scoresOf(named(tests))}`] : []),
  ];
}

const named = (tests: NonNullable<SetMeasures['tests']>): Record<string, Score> =>
  Object.fromEntries(testIds.flatMap((id) => (tests[id] ? [[testNames[id], tests[id]] as const] : [])));

function ofGeneralisation({
  diversity,
  adherence,
  clip,
  crossCheck,
}: NonNullable<SetMeasures['generalisation']>): string[] {
  const parts = Object.entries(adherence).map(([part, { met, asked }]) => `${part} ${met} of ${asked}`);
  const share = (value: number | null) => (value === null ? 'unknown' : percent(value));
  return [
    `diversity between seeds ${share(diversity.seeds)}, between prompts ${share(diversity.prompts)}`,
    `as asked for: ${parts.join(', ')}${clip === null ? '' : `; CLIP ${clip.toFixed(2)}`}`,
    ...(crossCheck ? [`${crossCheck.embedder} disagrees on ${crossCheck.disagree} of ${crossCheck.of} images`] : []),
  ];
}

function scoresOf(scores: Record<string, Score>): string {
  return Object.entries(scores)
    .map(([name, score]) => `${name} ${wordsOf(score)}`)
    .join(', ');
}

function wordsOf(score: Score): string {
  if (score.n === 0) return 'no face';
  const [mean, low, high] = [score.mean, score.low, score.high].map((value) => value.toFixed(2));
  return hasInterval(score) ? `${mean} (${low} to ${high})` : mean;
}
