import { type CheckpointRecord, type StrengthRecord, atStrength } from '../run/checkpoint-record.js';
import type { SweepVerdict } from '../run/sweep-verdict.js';
import { choiceRule } from './choice.js';
import { chooseStrength, strengthLines, strengthRule, strengthSentence } from './strengths.js';
import { judgeOne, type JudgedCheckpoint, type SweepToJudge } from './sweep-verdict.js';

// Pure: workflows import this.

/** The curve, the strips and the choice: of one strength, or of several side by side. */
export function judgeSweep(sweep: SweepToJudge): SweepVerdict {
  const strengths = sweep.checkpoints[0]?.strengths?.map(({ strength }) => strength);
  return strengths ? judgeStrengths(sweep, strengths) : judgeOne(sweep).verdict;
}

/** Each by the rule, guards too, and then one of them: what it says comes first, what the others say beside it. */
function judgeStrengths(sweep: SweepToJudge, strengths: number[]): SweepVerdict {
  const judged = strengths.map((strength) => ({ strength, ...judgeOne(sweepAt(sweep, strength)) }));
  const decided = chooseStrength(
    judged.map(({ strength, choice, compared }) => ({
      strength,
      checkpoints: compared,
      named: choice.step ?? choice.asGoodAsAny,
      level: choice.perStep.find(({ step }) => step === choice.best)?.level ?? null,
    })),
  );
  const { strength } = decided;
  const { verdict } = judged.find((one) => one.strength === strength)!;
  const { choice } = verdict;
  const sentence = strengthSentence(decided, strengths);
  const merged = (of: (one: SweepVerdict) => CheckpointRecord | null | undefined): CheckpointRecord | null => {
    const known = judged.flatMap(({ strength, verdict }) => {
      const record = of(verdict);
      return record ? [{ strength, record }] : [];
    });
    if (known.length === 0) return null;
    const all = known.map(({ strength, record: { step: _, lora: __, ...scores } }): StrengthRecord => {
      return { strength, ...scores };
    });
    return atStrength({ ...known[0].record, strengths: all }, strength);
  };
  return {
    choice: {
      ...choice,
      strength,
      rule: `${choiceRule} ${strengthRule}`,
      reason: `At strength ${strength}: ${choice.reason} ${sentence}`,
      explanation: [...(choice.explanation ?? []), sentence, ...strengthLines(decided)],
    },
    checkpoints: verdict.checkpoints.map((_, at) => merged(({ checkpoints }) => checkpoints[at])!),
    guardAnchor: merged(({ guardAnchor }) => guardAnchor),
    strips: verdict.strips.flatMap((_, at) =>
      judged.map((one) => ({ ...one.verdict.strips[at], strength: one.strength })),
    ),
    graphs: verdict.graphs,
  };
}

function sweepAt(sweep: SweepToJudge, strength: number): SweepToJudge {
  const { checkpoints, guardAnchor } = sweep;
  return {
    ...sweep,
    checkpoints: checkpoints.map((checkpoint) => checkpointAt(checkpoint, strength)),
    guardAnchor: guardAnchor && checkpointAt(guardAnchor, strength),
  };
}

function checkpointAt({ step, lora, strengths = [] }: JudgedCheckpoint, strength: number): JudgedCheckpoint {
  const found = strengths.find((one) => one.strength === strength);
  if (!found) throw new Error(`Step ${step} was not rendered at strength ${strength}.`);
  const { samples, scores, generalisation, tests } = found;
  return { step, lora, samples, scores, generalisation, tests };
}
