import type { BatchHeartbeat, TrainingHeartbeat } from '../run/heartbeats.js';
import type { LiveActivity, Progress } from '../client/index.js';
import { isTraining, stateWord, type RunStatus } from '../run/messages.js';
import { mixedServersWords } from '../run/render-server.js';
import { strengthWords } from '../run/checkpoint-record.js';
import { scoreWords, stageName } from './words.js';
import { Pace } from './pace.js';

/** A save or a slow step is no news; told by the minute, so that a log is not filled with it. */
const tellIdleFromSeconds = 60;

/** Whether it is a person's turn. */
export const isAsking = ({ state }: RunStatus): boolean => state === 'waiting' || state === 'needs-help';

/** What is under way this moment, one line each: the stage first, unless a person is asked (`stageLines` has it then). */
export class NowLines {
  readonly #training: Pace;
  /** What was said of each activity's present attempt: the checkpoints that it saves since are none that it began from. */
  readonly #attempts = new Map<string, { attempt: number; line: string | null }>();

  constructor(nowMs: () => number = () => performance.now()) {
    this.#training = new Pace(nowMs);
  }

  of({ status, activities }: Progress): string[] {
    if (status.finishedAt !== null) return [`run ${status.runId} · ${status.state}`];
    const lines = isAsking(status) ? [] : [`${stageName(placeOf(status))} · ${stateWord(status)}`];
    const training = this.#trainingLine(status, activities);
    if (training) lines.push(training);
    for (const activity of activities) {
      if (activity.heartbeat?.kind === 'batch') lines.push(this.#batchLine(activity.heartbeat));
      const retry = this.#retryLine(activity, status);
      if (retry) lines.push(retry);
    }
    return lines;
  }

  #retryLine(activity: LiveActivity, status: RunStatus): string | null {
    const { name, attempt, lastFailure } = activity;
    const before = this.#attempts.get(name);
    if (before?.attempt === attempt && (before.line !== null || !lastFailure)) return before.line;
    const line = attempt > 1 && lastFailure ? retryLine(activity, status, before !== undefined) : null;
    this.#attempts.set(name, { attempt, line });
    return line;
  }

  #trainingLine({ training, stages }: RunStatus, activities: readonly LiveActivity[]): string | null {
    if (!training || !isTraining(stages)) return null;
    const live = activities
      .map(({ heartbeat }) => heartbeat)
      .find((beat): beat is TrainingHeartbeat => beat?.kind === 'training');
    const step = Math.max(training.step, live?.step ?? 0);
    const loss = live?.loss ?? training.loss;
    const validation = live?.validation ?? training.validation;
    const idleSeconds = live?.idleSeconds ?? 0;
    // While it loads, or goes back to a checkpoint, no step says anything of its pace.
    const stepsLeft = training.steps - step;
    const left =
      live?.phase === 'training' && idleSeconds < tellIdleFromSeconds
        ? (this.#training.secondsLeft('training', step, training.steps) ?? atPace(live.secondsPerStep, stepsLeft))
        : null;
    return [
      `step ${step} of ${training.steps}`,
      ...(loss === null ? [] : [`loss ${loss.toPrecision(3)}`]),
      ...(validation ? [`validation ${validation.loss.toPrecision(3)} at step ${validation.step}`] : []),
      ...(live && live.phase !== 'training' ? [live.phase] : []),
      ...(idleSeconds >= tellIdleFromSeconds ? [`no progress for ${Math.floor(idleSeconds / 60)} min`] : []),
      ...(left === null || step === 0 || stepsLeft <= 0 ? [] : [`${(left / stepsLeft).toPrecision(2)} s per step`]),
      ...(training.resumes === 0 ? [] : [`resumed ${training.resumes === 1 ? 'once' : `${training.resumes} times`}`]),
    ].join(' · ');
  }

  #batchLine({ what, done, of, waitingFor }: BatchHeartbeat): string {
    if (waitingFor) return waitingFor;
    const verb = { render: 'rendering', score: 'measuring', report: 'writing the report:' }[what];
    if (of === 0) return works.writeReport;
    const images = `${of} ${of === 1 ? 'image' : 'images'}`;
    return `${verb} ${done === 0 ? images : `${done} of ${images}`}`;
  }
}

/** When its training is done, a run stays at that stage until the sweep is. */
function placeOf({ stage, stages }: RunStatus): RunStatus['stage'] | 'sweep' {
  const isTrained = stages.some(({ id, state }) => id === '05-training' && state === 'done');
  return stage === '05-training' && isTrained ? 'sweep' : stage;
}

const works: Record<string, string> = {
  trainLora: 'training',
  renderBatch: 'rendering',
  scoreFaces: 'measuring',
  reuseUnits: 'looking up images',
  writeReport: 'writing the report',
};

/**
 * A training goes back to what is safe: whoever sees it fall from step 127 to 0 reads why. Whoever comes later
 * (`isSeen` false) sees checkpoints of this attempt already.
 */
function retryLine({ name, attempt, lastFailure, fix }: LiveActivity, status: RunStatus, isSeen: boolean): string {
  const from = name === 'trainLora' ? ` · ${resumeWords(status, isSeen)}` : '';
  return `retrying ${works[name] ?? name} (attempt ${attempt}): ${lastFailure}${from}${fix ? ` · fix: ${fix}` : ''}`;
}

function resumeWords({ training, lastCheckpoint }: RunStatus, isSeen: boolean): string {
  const saved = lastCheckpoint?.step ?? training?.step ?? 0;
  if (saved === 0) return 'starts over from step 0; no checkpoint was saved yet';
  return `resumes from ${isSeen ? `step ${saved}, ` : ''}the last saved checkpoint`;
}

const atPace = (secondsPerStep: number | null, steps: number): number | null =>
  secondsPerStep === null ? null : secondsPerStep * steps;

/** The checkpoints so far, one line each, as they come. */
export function checkpointLines(status: RunStatus): string[] {
  const { stage, sweep, sweepServers = [], baseline, choice, chosenStep, chosenStrength } = status;
  const mixed = mixedServersWords(sweepServers);
  return [
    ...(baseline ? [`without LoRA · ${scoreWords(baseline)}`] : []),
    ...sweep.flatMap(({ step, state, identity, strengths }) => {
      if (strengths)
        return strengths.map((at) => `checkpoint ${step}${strengthWords(at.strength)} · ${scoreWords(at.identity)}`);
      if (identity) return [`checkpoint ${step} · ${scoreWords(identity)}`];
      return state === 'waiting' ? [] : [`checkpoint ${step} · ${state}`];
    }),
    ...(mixed ? [mixed] : []),
    ...(choice
      ? [
          `choice${choice.by === 'person' ? ' by a person' : ''}: ${choice.step === null ? 'none' : `checkpoint ${choice.step}${strengthWords(choice.strength)}`} · ${choice.reason}`,
        ]
      : // A finished run that shows another checkpoint begins without its record: its sweep is scored already.
        chosenStep && stage !== null
        ? [
            `a person chose checkpoint ${chosenStep}${strengthWords(chosenStrength)}; the run uses it once the sweep is scored`,
          ]
        : []),
  ];
}

/** What was found in the training images; a person may want to act on it before the training is paid for. */
export const findingLines = ({ findings = [] }: RunStatus): string[] => findings;

/** The stages that are over, with what they kept and rejected. What one needs help with, `askWords` says with its cure. */
export function stageLines({ stages }: RunStatus): string[] {
  return stages
    .filter(({ state }) => state !== 'pending' && state !== 'running')
    .map(({ id, state, kept, rejected, message }) => {
      const counts = kept + rejected > 0 ? ` · ${kept} kept, ${rejected} rejected` : '';
      return `${stageName(id)} · ${state}${counts}${message && message !== state && state !== 'needs-help' ? ` · ${message}` : ''}`;
    });
}
