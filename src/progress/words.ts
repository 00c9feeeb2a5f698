import { viewTitle } from '../dataset/views.js';
import { stepShown, type Choice, type GateQuestion } from '../run/record.js';
import { hasInterval, type Score, strengthWords } from '../run/checkpoint-record.js';
import { gateCommands } from '../run/commands.js';
import { stageTitles } from '../project/names.js';
import type { Place, RunStatus } from '../run/messages.js';

export function stageName(stage: Place | null): string {
  if (stage === null) return 'starting';
  if (stage === 'report') return 'the report';
  return stage === 'sweep' ? 'Checkpoint sweep' : `${stage.slice(0, 2)} ${stageTitles[stage]}`;
}

/** e.g. identity 0.51 (0.48 to 0.54), as the choice says it; `--json` has all digits */
export function scoreWords(score: Score): string {
  if (score.n === 0) return 'no face found';
  if (!hasInterval(score)) return `identity ${score.mean.toFixed(2)} (1 image)`;
  return `identity ${score.mean.toFixed(2)} (${score.low.toFixed(2)} to ${score.high.toFixed(2)})`;
}

/** What a run that waits or needs help says to the person, with the command that answers it. `files`: where its options lie. */
export function askWords({ runId, waitingFor, help, sweep }: RunStatus, files: readonly string[] = []): string[] {
  return [...(help ? helpWords(runId, help) : []), ...(waitingFor ? gateWords(runId, waitingFor, files, sweep) : [])];
}

function helpWords(runId: string, { stage, text, cure, startAgain }: NonNullable<RunStatus['help']>): string[] {
  return [
    `needs help at ${stageName(stage)}: ${text}`,
    `fix: ${cure}`,
    startAgain
      ? `then: azit run FILE with the corrected project, which starts a new run; to give up this one: azit cancel ${runId}`
      : `then: azit resume ${runId} (or the same \`azit run\` again); to give up: azit cancel ${runId}`,
  ];
}

function gateWords(
  runId: string,
  { gate, text, options }: GateQuestion,
  files: readonly string[],
  sweep: RunStatus['sweep'],
): string[] {
  // A checkpoint's image is one of many: beside its step stands what all of them came to, as everywhere else.
  const scoreAt = (step: number | undefined, strength: number | undefined): Score | null => {
    const found = sweep.find((one) => step !== undefined && one.step === step);
    return found?.strengths?.find((one) => one.strength === strength)?.identity ?? found?.identity ?? null;
  };
  const lines = options.map(({ index, name, image, identity, proposed, step, strength }, at) =>
    [
      `  ${index}: ${viewTitle(name ?? image.name)}`,
      ...identityOf(scoreAt(step, strength), identity),
      ...(proposed ? ['proposed'] : []),
      ...(files[at] ? [files[at]] : []),
    ].join(' · '),
  );
  return [`waiting for you at the gate '${gate}': ${text}`, ...lines, ...gateCommands(runId, gate)];
}

function identityOf(score: Score | null, ofImage: number | null): string[] {
  if (score) return [scoreWords(score)];
  return ofImage === null ? [] : [`identity ${ofImage.toFixed(2)}`];
}

/** How to get the LoRA of a run that is over, or stands still with a checkpoint saved. */
export function takeHomeWords({ runId, state, choice, lastCheckpoint }: RunStatus): string[] {
  if (!lastCheckpoint || state === 'running') return [];
  const { step } = lastCheckpoint;
  const shown = stepShown(choice as Choice | null);
  if (shown !== null)
    return [
      `export the LoRA: azit export ${runId} (step ${shown}${strengthWords(choice?.strength)}; --step N for another, --all for all)`,
    ];
  if (state === 'completed')
    return [`no checkpoint was chosen; export any with: azit export ${runId} --step N (e.g. ${step})`];
  return [`export the last checkpoint, step ${step}: azit export ${runId} (--step N for another, --all for all)`];
}
