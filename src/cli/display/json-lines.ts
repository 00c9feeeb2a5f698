import type { Progress } from '../../client/index.js';
import { plain } from '../output.js';
import type { Display } from './display.js';

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
