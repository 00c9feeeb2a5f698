import type { TimelineEvent } from '../run/record.js';
import { cut, longest } from '../text/cut.js';

/** A person reads no more. */
const mostEvents = 1_000;

/** What happened in a run, and when. Deterministic. */
export class Timeline {
  readonly events: TimelineEvent[] = [];

  constructor(private readonly now: () => Date) {}

  note(stage: TimelineEvent['stage'], kind: TimelineEvent['kind'], text: string): void {
    this.events.push({ at: this.now().toISOString(), stage, kind, text: cut(text, longest.line) });
    // The first and the last tell how it went.
    if (this.events.length > mostEvents) this.events.splice(mostEvents / 2, 1);
  }
}
