import { apart, atLeast } from '../spec/figures.js';
import { lockedChance } from './choice.js';
import type { CheckpointChoice, CheckpointVerdict } from './verdict.js';

// Pure: workflows import this.

/** Why this checkpoint and not its neighbours, a sentence each, with the numbers. Where none is named: why none is. */
export function explainNeighbours(choice: CheckpointChoice): string[] {
  const { perStep } = choice;
  const at = perStep.findIndex(({ step }) => step === (choice.step ?? choice.asGoodAsAny));
  if (at < 0) return [...ofNone(choice), ...ofGuards(choice)];
  const chosen = perStep[at];
  const best = perStep.find(({ step }) => step === choice.best);
  const isSound = ({ failed }: CheckpointVerdict) => failed === null;
  const before = perStep.slice(0, at).findLast(isSound);
  const after = perStep.slice(at + 1).find(isSound);
  return [
    ...(choice.step === null ? ofNone(choice) : [ofChosen(chosen)]),
    before ? ofEarlier(before, chosen) : noneBefore(chosen, at),
    ...(after ? [ofLater(after, chosen)] : [`No checkpoint after step ${chosen.step} passes the guards or was swept.`]),
    ...(best && best !== chosen && best !== after && best !== before ? [ofBest(best, chosen)] : []),
    ...ofGuards(choice),
    ...ofGain(choice),
  ];
}

function ofChosen({ step, identity, lockedBy }: CheckpointVerdict): string {
  return (
    `Step ${step} has identity ${interval(identity)}; the chance that identity has stopped rising by then is ` +
    `${percent(lockedBy)}, and ${percent(lockedChance)} (one standard error) is enough.`
  );
}

function ofEarlier(before: CheckpointVerdict, chosen: CheckpointVerdict): string {
  const behind = difference(chosen, before);
  const compared =
    behind > 0.0005
      ? `is ${fixed(behind)} behind it on the same prompts and seeds (one standard error: ${fixed(errorOf(before, chosen))})`
      : `is level with it on the same prompts and seeds, yet checkpoints after both are better`;
  return `Step ${before.step}, the one before, ${compared}: the chance that identity had stopped rising there is only ${percent(before.lockedBy)}.`;
}

function noneBefore({ step }: CheckpointVerdict, at: number): string {
  return at === 0
    ? `Step ${step} is the first of the sweep: whether an earlier one would do as well is not known.`
    : `No checkpoint before step ${step} passes the guards.`;
}

function ofLater(after: CheckpointVerdict, chosen: CheckpointVerdict): string {
  const ahead = -difference(chosen, after);
  const error = errorOf(after, chosen);
  const compared =
    ahead > 0.0005
      ? `is ${fixed(ahead)} ahead (one standard error: ${fixed(error)}), which does not show that it is better`
      : ahead < -0.0005
        ? `is ${fixed(-ahead)} behind (one standard error: ${fixed(error)})`
        : 'has the same identity';
  const copying = copyingGrowth(after, chosen);
  return `Step ${after.step}, the next one, ${compared}${copying}; it has trained longer.`;
}

function copyingGrowth(after: CheckpointVerdict, chosen: CheckpointVerdict): string {
  if (after.memorisation === null || chosen.memorisation === null) return '';
  const growth = after.memorisation - chosen.memorisation;
  return Math.abs(growth) < 0.0005
    ? ''
    : `; its renders are ${fixed(Math.abs(growth))} ${growth > 0 ? 'nearer to' : 'farther from'} the training pictures than the chosen ones`;
}

function ofBest(best: CheckpointVerdict, chosen: CheckpointVerdict): string {
  return (
    `Step ${best.step} has the highest identity, ${interval(best.identity)}: ${fixed(-difference(chosen, best))} ahead of ` +
    `step ${chosen.step} on the same prompts and seeds (one standard error: ${fixed(errorOf(best, chosen))}).`
  );
}

const ofGuards = ({ perStep }: CheckpointChoice): string[] =>
  perStep.flatMap(({ step, failed }) => (failed === null ? [] : [`Step ${step} is ruled out: ${failed}.`]));

function ofGain({ ending }: CheckpointChoice): string[] {
  if (ending.kind !== 'winner' && ending.kind !== 'tie') return [];
  return [
    `With 95 % confidence identity is at least ${atLeast(ending.sureGain)} above the same pictures without LoRA.`,
  ];
}

function ofNone({ reason, perStep, ending }: CheckpointChoice): string[] {
  const scores = perStep
    .filter(({ identity }) => identity.n > 0)
    .map(({ step, identity }) => `step ${step}: ${interval(identity)}`);
  return [reason, ...(ending.kind === 'tie' || scores.length === 0 ? [] : [`The scores: ${scores.join('; ')}.`])];
}

const difference = (first: CheckpointVerdict, second: CheckpointVerdict): number =>
  (first.level ?? 0) - (second.level ?? 0);

const errorOf = (first: CheckpointVerdict, second: CheckpointVerdict): number =>
  Math.hypot(first.standardError ?? 0, second.standardError ?? 0);

const interval = ({ mean, low, high }: CheckpointVerdict['identity']): string =>
  `${mean.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
const fixed = (value: number): string => value.toFixed(3);
/** A chance just short of enough is not shown as enough. */
const percent = (chance: number | null): string =>
  chance === null ? 'unknown' : `${apart(100 * chance, 100 * lockedChance, 0)[0]} %`;
