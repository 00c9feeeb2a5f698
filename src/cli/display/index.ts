import type { Progress } from '../../client/index.js';
import { plain } from '../output.js';
import { ChangeLog } from './change-log.js';
import type { Display } from './display.js';
import { LiveBlock } from './live-block.js';

export type { Display } from './display.js';
export { askWords, takeHomeWords, scoreWords, stageName } from '../../progress/words.js';
export { measureLines } from './measures.js';
export { checkpointLines, findingLines, isAsking, NowLines, stageLines } from '../../progress/lines.js';

/** A live block where stderr is a terminal, else a line for each change. */
export function createDisplay(output: NodeJS.WriteStream = process.stderr): Display {
  return output.isTTY && process.env.TERM !== 'dumb' ? new LiveBlock(output) : new ChangeLog(output);
}

/** For programs: the run as `azit status ID --json` prints it, one document a line, each time it changes. */
export class JsonLines implements Display {
  update({ status, activities }: Progress): void {
    process.stdout.write(`${JSON.stringify({ ...status, activities })}\n`);
  }

  note(text: string): void {
    process.stderr.write(`${plain(text)}\n`);
  }

  end(): void {
    // Nothing to leave standing.
  }
}
