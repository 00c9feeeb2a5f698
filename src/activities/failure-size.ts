import { ApplicationFailure } from '@temporalio/common';
import { fixOf, type FailureType } from '../run/failures.js';
import type { Spent } from '../run/spent.js';
import { cut, longest } from '../text/cut.js';

/**
 * Of a failure that is tried again Temporal's server keeps at most 4 KB (limit.mutableStateActivityFailureSize.error); of
 * a larger one people read "Failure exceeds size limit." and nothing else. What ends the work goes into the history,
 * where an event may have 2 MB; nobody reads so much.
 */
const mostBytes = { retried: 4_000, final: 60_000 };
/** More than a sentence with a long path in it: the words of a server, where they are the whole message. */
const mostMessageBytes = 2_000;
/** More lines than this nobody reads here. */
const mostLines = 100;
/** Of what lies behind a cause, the first few say what there is to say; and a chain may be a ring. */
const mostCauses = 4;

/** All that a failure could tell. */
export interface WholeFailure {
  message: string;
  type: FailureType;
  nonRetryable: boolean;
  nextRetryDelay?: number;
  stack?: string;
  cause?: unknown;
  /** Oldest first. */
  logTail?: string[];
  /** By the activity, on a GPU. */
  spent?: Spent | null;
}

/** A failure with as much of it as Temporal keeps: the sentence always, then the newest lines, the causes, the stacks. */
export function fittedFailure(whole: WholeFailure): ApplicationFailure {
  const { stack, cause, logTail: _, spent, ...told } = { ...whole, message: cutBytes(whole.message, mostMessageBytes) };
  const logTail = whole.logTail?.slice(-mostLines).map((line) => cut(line, longest.line));
  const causes = causesOf(cause);
  const fix = fixOf(told.type, 'run');
  const fits = (failure: ApplicationFailure) => sizeOf(failure) <= mostBytes[told.nonRetryable ? 'final' : 'retried'];
  const build = (tail: string[] | undefined, withCauses: boolean, withStacks: boolean): ApplicationFailure => {
    const failure = ApplicationFailure.create({
      ...told,
      cause: withCauses ? chained(causes, withStacks) : undefined,
      details: [{ fix, ...(spent && { spent }), ...(tail && { logTail: tail }) }],
    });
    failure.stack = withStacks ? stack : '';
    return failure;
  };
  const shorter = [build(logTail, true, true), build(logTail, true, false), build(logTail, false, false)].find(fits);
  if (shorter) return shorter;
  const tail = [...(logTail ?? [])];
  for (; tail.length > 0; tail.shift()) {
    const failure = build(tail, false, false);
    if (fits(failure)) return failure;
  }
  return build(logTail && tail, false, false);
}

interface Cause {
  message: string;
  stack: string;
}

function causesOf(first: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let cause = first; cause !== undefined && cause !== null && causes.length < mostCauses;) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    causes.push({ message: cutBytes(error.message, mostMessageBytes), stack: error.stack ?? '' });
    cause = error.cause;
  }
  return causes;
}

const chained = (causes: Cause[], withStacks: boolean): Error | undefined =>
  causes.reduceRight<Error | undefined>(
    (cause, { message, stack }) => Object.assign(new Error(message, { cause }), { stack: withStacks ? stack : '' }),
    undefined,
  );

/** At least the bytes that it has on the wire: JSON escapes more and names every field. */
function sizeOf({ message, stack, type, details, cause }: ApplicationFailure): number {
  const causes: Cause[] = [];
  for (let one = cause; one; one = one.cause as Error | undefined)
    causes.push({ message: one.message, stack: one.stack ?? '' });
  return Buffer.byteLength(
    JSON.stringify({ message, stack, type, details, causes, meta: 'json/plain, TypeScriptSDK' }),
  );
}

function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  // A character cut in two reads as one that can't be shown.
  return bytes.length <= most ? text : `${bytes.toString('utf8', 0, most - 6).replace(/\uFFFD+$/, '')} …`;
}
