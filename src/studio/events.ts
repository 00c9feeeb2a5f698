import { Shares } from './door/shares.js';
import type { LivingPage } from './runs/living-page.js';

/** Of all browsers together, and of one person's: an open page takes one. */
const limits = { ofAll: 400, ofOne: 40 };
/** A proxy ends a stream that says nothing; and a browser that has gone is found out. */
const beatMs = 15_000;

const encoder = new TextEncoder();

/** Open event streams, of which there is a bound. */
export class Streams {
  readonly #open = new Shares(limits);
  readonly #closing = new AbortController();

  /**
   * A page's changes since `seen`, as server-sent events. Pulled: a slow reader is sent less, and nothing is kept for it.
   * @param watch begins to look; returns how to end that
   * @returns null where there are too many
   */
  open(who: string, page: LivingPage, seen: string | null, watch: () => () => void): ReadableStream | null {
    const giveBack = this.#open.take(who);
    if (!giveBack) return null;
    const end = watch();
    const gone = new AbortController();
    let isOpen = true;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      gone.abort();
      end();
      giveBack();
    };
    let last = seen;
    return new ReadableStream(
      {
        start: (controller) => controller.enqueue(encoder.encode('retry: 1000\n\n')),
        pull: async (controller) => {
          let changes = page.since(last);
          if (changes.length === 0) {
            const signal = AbortSignal.any([gone.signal, this.#closing.signal, AbortSignal.timeout(beatMs)]);
            await page.changed(signal);
            changes = page.since(last);
          }
          if (!isOpen) return;
          if (this.#closing.signal.aborted) {
            close();
            controller.close();
            return;
          }
          const text = changes.map(({ id, html, at }) => eventOf(at, { id, html })).join('');
          last = changes.at(-1)?.at ?? last;
          controller.enqueue(encoder.encode(text === '' ? ': still here\n\n' : text));
        },
        cancel: close,
      },
      { highWaterMark: 0 },
    );
  }

  close(): void {
    this.#closing.abort();
  }
}

/** JSON has no line breaks: one line of data. */
const eventOf = (id: string, data: object): string => `event: part\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
