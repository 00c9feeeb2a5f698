import { cut, longest } from '../text/cut.js';
import type { ApiGraph } from './job.js';
import type { FailureType } from '../run/failures.js';

/** What went wrong between us and a ComfyUI server, and which failure of AZIT that is. */
const typeOfKind = {
  /** The server refused the graph, or a node of it raised an exception that a repetition would only repeat. */
  validation: 'graph-invalid',
  /** Our copy of the graph lacks a titled node, or is not in API format. */
  graph: 'graph-invalid',
  'missing-on-server': 'missing-on-server',
  /** An uploaded picture has gone from the server's input folder: the next attempt uploads it again. */
  'missing-input': 'unavailable',
  /** So has a LoRA that we had put there, or it was changed there: the next attempt publishes it again. */
  'missing-lora': 'unavailable',
  'out-of-memory': 'out-of-memory',
  /** Somebody else stopped our prompt, more than once. */
  interrupted: 'unavailable',
  /** The server forgot our prompt, more often than restarts explain. */
  lost: 'unavailable',
  /** HTTP answers, but the queue goes nowhere. */
  zombie: 'server-unfit',
  /** An asynchronous CUDA error: every later prompt would fail too. */
  'device-error': 'server-unfit',
  /** No connection: refused, no such host. Nothing was sent. */
  unreachable: 'unavailable',
  /** The connection broke while we waited: what the server did with the request is unknown. */
  dropped: 'unavailable',
  timeout: 'unavailable',
  'server-error': 'unavailable',
  /** The same request fails with 500 again and again: an exception of the server's own. */
  failing: 'server-failing',
  /** A web page instead of JSON, another shape than ComfyUI's, a redirect. */
  'bad-reply': 'unavailable',
  /** More bytes than any honest reply has. */
  'endless-reply': 'unavailable',
  forbidden: 'bad-setting',
  'too-large': 'bad-setting',
  'broken-image': 'unavailable',
  'lora-broken': 'lora-broken',
  'disk-full': 'disk-full',
  /** The server can't write or read its own folders: read-only, taken away, a network disk that hangs. */
  'disk-fault': 'unavailable',
  'bad-setting': 'bad-setting',
} as const satisfies Record<string, FailureType>;

export type ComfyErrorKind = keyof typeof typeOfKind;

/** The one error of this adapter: `kind` tells what happened, to the adapter itself; `type` what a caller can do about it. */
export class ComfyError extends Error {
  override readonly name = 'ComfyError';
  readonly type: FailureType;
  /** HTTP status, where the server answered at all. */
  readonly status: number | null;
  /** Of an unfit server: a prompt that it knows until it is restarted. */
  readonly marker: string | null;
  /** By what a server that lacks something is looked at again: it has all that the graph names, or takes LoRAs. */
  readonly wanted: ApiGraph | 'lora' | null;
  /** When the server, or a gateway that counts requests, wants to be asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly kind: ComfyErrorKind,
    message: string,
    options: ErrorOptions & {
      status?: number;
      marker?: string;
      retryAfterMs?: number;
      wanted?: ApiGraph | 'lora' | null;
    } = {},
  ) {
    // The server's words stand in it, and names out of its replies.
    super(cut(message, longest.message), options);
    this.type = typeOfKind[kind];
    this.status = options.status ?? null;
    this.marker = options.marker ?? null;
    this.wanted = options.wanted ?? null;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** After these the server may or may not have acted: look before asking again. */
export const isOutcomeUnknown = (error: unknown): error is ComfyError =>
  error instanceof ComfyError &&
  ['dropped', 'timeout', 'server-error', 'bad-reply', 'endless-reply', 'unreachable'].includes(error.kind);

/** An exception of the server's own; the same request mostly raises it again. */
export const isInternal = (error: unknown): error is ComfyError =>
  error instanceof ComfyError && error.kind === 'server-error' && error.status === 500;

/** After so many of one request a person is asked. */
export const leastFailures = 3;

export const failingError = (last: ComfyError, failures: number): ComfyError =>
  new ComfyError('failing', `${last.message} That is ${failures} times in a row: see the server's log.`, {
    status: 500,
    cause: last,
  });

/** A gateway that counts requests has not passed this one on. */
export const isTurnedAway = (error: ComfyError): boolean => error.status === 429;

/** Passing trouble on the way to the server, worth a few seconds of patience. */
export const isPassing = (error: unknown): error is ComfyError =>
  error instanceof ComfyError &&
  (['unreachable', 'dropped', 'timeout'].includes(error.kind) ||
    (error.kind === 'server-error' && [429, 502, 503, 504].includes(error.status ?? 0)));
