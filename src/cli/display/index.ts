import { ChangeLog } from './change-log.js';
import type { Display } from './display.js';
import { LiveBlock } from './live-block.js';

export type { Display } from './display.js';
export { askWords, takeHomeWords, durationWords, scoreWords, stageName } from '../../progress/words.js';
export { checkpointLines, NowLines, stageLines } from '../../progress/lines.js';

/** A live block where stderr is a terminal, else a line for each change. */
export function createDisplay(output: NodeJS.WriteStream = process.stderr): Display {
  return output.isTTY && process.env.TERM !== 'dumb' ? new LiveBlock(output) : new ChangeLog(output);
}
export { JsonLines } from './json-lines.js';
export { measureLines } from './measures.js';
