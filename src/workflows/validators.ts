import type { RunRecord } from './run-record.js';
import type { ApproveInput, ChooseCheckpointInput, RejectInput } from './types.js';

// Synchronous, as Temporal wants them: what they throw is the answer that the person reads.

export function approveValidator(record: RunRecord, input: ApproveInput): void {
  const { gate, picks } = given(input, '{gate, picks?}');
  const { options } = waitingAt(record, gate);
  // What a client of another language sends is not checked by our types.
  const chosen: unknown = picks ?? null;
  if (chosen === null) return;
  if (!Array.isArray(chosen) || chosen.length === 0 || !chosen.every(Number.isInteger))
    throw new Error(`'picks' must be a list of whole numbers such as [0], or left out; it is ${shown(chosen)}.`);
  const wrong = chosen.find((pick) => !options.some(({ index }) => index === pick)) as number | undefined;
  if (wrong !== undefined)
    throw new Error(`There is no number ${wrong} at the gate '${gate}'; there are 0 to ${options.length - 1}.`);
  if (chosen.length > 1 && gate !== 'dataset')
    throw new Error(`The gate '${gate}' takes one pick, not ${chosen.length}.`);
}

export function rejectValidator(record: RunRecord, input: RejectInput): void {
  const { gate, reason } = given(input, '{gate, reason}');
  waitingAt(record, gate);
  if (typeof reason !== 'string' || reason.trim() === '') throw new Error('A rejection needs a reason.');
}

export function resumeValidator(record: RunRecord): void {
  if (record.helps.length > 0) return;
  throw new Error(`The run is ${record.state}: there is nothing to resume.`);
}

export function chooseValidator(record: RunRecord, input: ChooseCheckpointInput): void {
  const { step } = given(input, '{step}');
  const swept = record.input.project.sweep.steps;
  if (!swept.includes(step)) throw new Error(`Step ${shown(step)} is not swept; there are: ${swept.join(', ')}.`);
  if (record.stage('06-editorial').state !== 'pending') {
    throw new Error(`Checkpoint ${record.choice?.step ?? 'none'} is chosen already and in use.`);
  }
}

function given<T extends object>(input: T | null | undefined, shape: string): T {
  if (typeof input === 'object' && input !== null) return input;
  throw new Error(`The decision needs its argument ${shape}; it is ${shown(input)}.`);
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

function waitingAt(record: RunRecord, gate: string) {
  const { waitingFor, state } = record;
  if (waitingFor?.gate === gate) return waitingFor;
  const where = waitingFor ? `it waits at the gate '${waitingFor.gate}'` : `it is ${state}`;
  throw new Error(`The run does not wait at the gate '${gate}': ${where}.`);
}
