import { fewestLeft } from '../dataset/index.js';
import { namedStrength, strengthsOf } from '../project/strengths.js';
import { strengthWords } from '../run/checkpoint-record.js';
import { longest } from '../text/cut.js';
import type { Gate } from '../project/names.js';
import type { RunRecord } from './run-record.js';
import type { ApproveInput, ChooseCheckpointInput, DecidedBy, RejectInput } from '../run/messages.js';

// Synchronous, as Temporal wants them: what they throw is the answer that the person reads.

export function approveValidator(record: RunRecord, input: ApproveInput): void {
  const { gate, picks, drops, by } = given(input, '{gate, picks?, drops?}');
  checkBy(by);
  refuseStopping(record, 'approve');
  const { options } = waitingAt(record, gate);
  const picked = numbersOf('picks', picks, options.length);
  const dropped = numbersOf('drops', drops, options.length);
  if (picked && dropped) throw new Error("Give either 'picks', to keep some, or 'drops', to leave some out.");
  if (gate === 'dataset') {
    refuseTooFew(record, options.length, picked?.length ?? options.length - (dropped?.length ?? 0));
    return;
  }
  if (dropped) throw new Error(`Only the gate 'dataset' takes drops; the gate '${gate}' takes one pick.`);
  if (picked && picked.length > 1) throw new Error(`The gate '${gate}' takes one pick, not ${picked.length}.`);
}

export function rejectValidator(record: RunRecord, input: RejectInput): void {
  const { gate, reason, by } = given(input, '{gate, reason}');
  checkBy(by);
  refuseStopping(record, 'reject');
  waitingAt(record, gate);
  if (typeof reason !== 'string' || reason.trim() === '') throw new Error('A rejection needs a reason.');
  if (reason.length > longest.line)
    throw new Error(`A reason can have at most ${longest.line} characters; this one has ${reason.length}.`);
  roomForAnother(record);
}

/** @param input what clients of earlier versions don't send */
export function resumeValidator(record: RunRecord, input?: DecidedBy | null): void {
  checkBy(input?.by);
  refuseStopping(record, 'resume');
  if (record.helps.length > 0) return roomForAnother(record);
  throw new Error(`There is nothing to resume: ${standing(record)}.`);
}

export function stopValidator(record: RunRecord, input?: DecidedBy | null): void {
  checkBy(input?.by);
  refuseStopping(record, 'stop');
  const { runId, project } = record.input;
  const { training } = project;
  const { state } = record.stage('05-training');
  if (state !== 'running')
    throw new Error(`There is no training to stop: stage 05 is ${state} (see \`azit status ${runId}\`).`);
  if (record.saves.stop)
    throw new Error('The training is already being stopped: the run continues with what is saved.');
  if (record.saves.lastScheduled === 0)
    throw new Error(`No checkpoint is saved yet: wait for step ${training.saveEvery}, or cancel the run.`);
  if (record.saves.lastScheduled >= Math.floor(training.steps / training.saveEvery) * training.saveEvery)
    throw new Error('The last checkpoint is already saved: the training ends by itself.');
}

export function chooseValidator(record: RunRecord, input: ChooseCheckpointInput): void {
  const { step, strength: asked, by } = given(input, '{step, strength?}');
  checkBy(by);
  refuseStopping(record, 'choose');
  const { runId, project } = record.input;
  const { steps: swept } = record.sweep;
  if (!swept.includes(step))
    throw new Error(`Step ${shown(step)} is not in the sweep. Available: ${swept.join(', ')}.`);
  refuseUnswept(asked, strengthsOf(project.sweep));
  const strength = namedStrength(project.sweep, asked);
  const isInUse = record.stage('06-editorial').state !== 'pending';
  const taken = isInUse ? (record.choice?.step ?? null) : record.chosenStep;
  const takenAt = isInUse ? record.choice?.strength : record.chosenStrength;
  const isSame = taken === step && (strength === undefined || takenAt === strength);
  if (isSame || (taken === null && !isInUse)) return;
  const what =
    taken === null
      ? 'The decision to take no checkpoint is already made'
      : `Step ${taken}${strengthWords(takenAt)} is already chosen`;
  const flags = `--step ${step}${strength === undefined ? '' : ` --strength ${strength}`}`;
  throw new Error(
    `${what}. To use step ${step}${strengthWords(strength)}, run \`azit choose ${runId} ${flags}\` once the run has completed.`,
  );
}

function refuseUnswept(strength: unknown, swept: number[]): void {
  if (strength === undefined || strength === null || swept.includes(strength as number)) return;
  throw new Error(`Strength ${shown(strength)} is not in the sweep. Available: ${swept.join(', ')}.`);
}

const longestBy = 40;

function checkBy(by: unknown): void {
  if (by === undefined || by === null || (typeof by === 'string' && by.length <= longestBy)) return;
  throw new Error(`'by' is the name of who decides, up to ${longestBy} characters, not ${shown(by)}.`);
}

function refuseStopping({ isStopping, input: { runId } }: RunRecord, wish: string): void {
  if (!isStopping) return;
  const goOn = 'To go on once it has stopped, run its project file again.';
  throw new Error(`The run '${runId}' is being cancelled: there is nothing to ${wish}. ${goOn}`);
}

/** Each adds to the history, which Temporal ends at 50 MB. */
const mostRepetitions = 200;

function roomForAnother({ repetitions }: RunRecord): void {
  if (repetitions < mostRepetitions) return;
  const done = `This run has been resumed or rejected ${repetitions} times, the maximum`;
  throw new Error(`${done}: cancel it, change the project file and start it under another id.`);
}

function given<T extends object>(input: T | null | undefined, shape: string): T {
  if (typeof input === 'object' && input !== null) return input;
  throw new Error(`The decision needs the argument ${shape}, not ${shown(input)}.`);
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

/** What a client of another language sends is not checked by our types. */
function numbersOf(name: 'picks' | 'drops', given: unknown, of: number): number[] | null {
  if (given === undefined || given === null) return null;
  if (!Array.isArray(given) || given.length === 0 || !given.every(Number.isInteger))
    throw new Error(`'${name}' must be a list of whole numbers such as [0], or absent, not ${shown(given)}.`);
  const numbers = given as number[];
  const wrong = numbers.find((number) => number < 0 || number >= of);
  if (wrong !== undefined) throw new Error(`Number ${wrong} is out of range (0-${of - 1}).`);
  const twice = numbers.find((number, index) => numbers.indexOf(number) !== index);
  if (twice !== undefined) throw new Error(`Number ${twice} is given twice: give it once.`);
  return numbers;
}

function refuseTooFew(record: RunRecord, offered: number, left: number): void {
  const needed = fewestLeft(offered, record.input.project.dataset.heldOut);
  if (left >= Math.min(needed, offered)) return;
  const pictures = left === 1 ? '1 image is' : `${left} images are`;
  throw new Error(
    `${pictures} too few: at least ${needed} are needed, ${needed / 2} to hold out for scoring and ${needed / 2} to train on. Keep more of them.`,
  );
}

/** @throws where the run waits elsewhere, or not at all; says what is decided, what waits, and the command for it. */
function waitingAt(record: RunRecord, gate: Gate) {
  const { waitingFor, decided } = record;
  if (waitingFor?.gate === gate) return waitingFor;
  const before = decided.get(gate);
  const was = before ? `The gate '${gate}' is already decided (${before})` : notWaiting(record, gate);
  throw new Error(`${was}: ${standing(record)}.`);
}

function notWaiting({ input: { project } }: RunRecord, gate: Gate): string {
  if (project.approvals.includes(gate)) return `The run is not waiting at the gate '${gate}'`;
  return `The run never waits at the gate '${gate}', because its project file does not list it under 'approvals'`;
}

function standing({ waitingFor, state, helps, input: { runId } }: RunRecord): string {
  if (helps.length > 0) return `the run needs help (see \`azit status ${runId}\`)`;
  if (!waitingFor) return `the run is ${state}`;
  const { gate } = waitingFor;
  return `the run is waiting at the gate '${gate}' (\`azit approve ${runId} --gate ${gate}\`)`;
}
