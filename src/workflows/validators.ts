import type { RunRecord } from './run-record.js';
import type { ApproveInput, ChooseCheckpointInput, RejectInput } from './types.js';

// Synchronous, as Temporal wants them: what they throw is the answer that the person reads.

export function approveValidator(record: RunRecord, { gate, picks }: ApproveInput): void {
  const waiting = waitingAt(record, gate);
  const wrong = picks?.find((pick) => !waiting.options.some(({ index }) => index === pick));
  if (wrong === undefined) return;
  throw new Error(`There is no number ${wrong} at the gate '${gate}'; there are 0 to ${waiting.options.length - 1}.`);
}

export function rejectValidator(record: RunRecord, { gate, reason }: RejectInput): void {
  waitingAt(record, gate);
  if (typeof reason !== 'string' || reason.trim() === '') throw new Error('A rejection needs a reason.');
}

export function resumeValidator(record: RunRecord): void {
  if (record.helps.length > 0) return;
  throw new Error(`The run is ${record.state}: there is nothing to resume.`);
}

export function chooseValidator(record: RunRecord, { step }: ChooseCheckpointInput): void {
  const swept = record.input.project.sweep.steps;
  if (!swept.includes(step)) throw new Error(`Step ${step} is not swept; there are: ${swept.join(', ')}.`);
  if (record.stage('06-editorial').state !== 'pending') {
    throw new Error(`Checkpoint ${record.choice?.step ?? 'none'} is chosen already and in use.`);
  }
}

function waitingAt(record: RunRecord, gate: string) {
  const { waitingFor, state } = record;
  if (waitingFor?.gate === gate) return waitingFor;
  const where = waitingFor ? `it waits at the gate '${waitingFor.gate}'` : `it is ${state}`;
  throw new Error(`The run does not wait at the gate '${gate}': ${where}.`);
}
