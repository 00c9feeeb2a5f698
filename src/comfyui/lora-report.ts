import { cut, longest } from '../text/cut.js';
import type { Connection } from './connection.js';
import { isWrittenDuring, type Execution } from './execution.js';
import { readLog } from './server.js';

export interface LoraLines {
  /** Keys of a LoRA that the model does not have. */
  notLoaded: string[];
  /** Keys whose tensors do not fit the model's, each with the server's words. */
  shapeErrors: string[];
}

/** Of a log that everybody's prompts write to. Whose the lines of `LoraReport` itself are nobody knows. */
export interface LoraReport extends LoraLines {
  /** Written while a prompt of ours ran: the server runs one at a time. */
  ours?: LoraLines;
  /** Written while none of ours ran, as far as we know. */
  elsewhere?: LoraLines;
}

/** From this mark on, the server ran no other prompts of ours than these. */
export interface OwnExecutions {
  since: string | null;
  executions: readonly Execution[];
}

/**
 * What the server's log says of LoRAs since a mark: a LoRA that fits in part or not at all renders "successfully", and
 * this is the only trace. The log holds the last 300 writes; servers without one give an empty report.
 */
export async function readLoraReport(
  connection: Connection,
  since: string | null,
  own?: OwnExecutions,
): Promise<LoraReport> {
  const entries = await readLog(connection);
  // By place, not by time: somebody may set the server's clock back. A mark that is gone has scrolled out, or a restart
  // has emptied the log: then all of it is newer.
  const after = (mark: string | null): number => entries.findLastIndex(({ t }) => t === mark) + 1;
  if (!own || own.executions.length === 0) return linesOf(entries.slice(after(since)));
  const known = entries.slice(after(own.since));
  const isOurs = ({ t }: { t: string }): boolean => isWrittenDuring(own.executions, t);
  return {
    ...linesOf(entries.slice(after(since), after(own.since))),
    ours: linesOf(known.filter(isOurs)),
    elsewhere: linesOf(known.filter((entry) => !isOurs(entry))),
  };
}

/** One line may come in several writes, and several lines in one. */
function linesOf(entries: { m: string }[]): LoraLines {
  const text = entries
    .map(({ m }) => m)
    .join('')
    .replaceAll(colours, '');
  const matches = (pattern: RegExp): string[] => [
    ...new Set([...text.matchAll(pattern)].map(([, found]) => cut(found.trim(), longest.line))),
  ];
  return {
    notLoaded: matches(/lora key not loaded: *([^\r\n]+)/g),
    shapeErrors: matches(/ERROR lora +([^\r\n]+)/g),
  };
}

/** 0.33 colours its lines. */
// eslint-disable-next-line no-control-regex
const colours = /\x1b\[[0-9;]*m/g;
