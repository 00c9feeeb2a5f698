import type { Progress } from '../../client/index.js';

/** Shows a run while it goes. */
export interface Display {
  update(progress: Progress): void;
  /** A sentence that stays. */
  note(text: string): void;
  end(): void;
}
