import { EventEmitter, once } from 'node:events';
import type { RenderedImage, RenderOptions } from './render.js';
import type { RenderJob } from './job.js';

/** Pictures that wait for the consumer, and downloads under way: what bounds our memory. */
const maxUnclaimed = 6;

export interface RenderAllOptions extends Pick<RenderOptions, 'signal' | 'onProgress'> {
  /** Prompts kept in the server's queue, so that it never waits for us. */
  depth?: number;
}

export interface Rendered {
  job: RenderJob;
  image: RenderedImage;
}

/**
 * Renders all jobs, `depth` at a time in the server's queue, and gives each as soon as it is there. Goes on submitting
 * while the consumer is busy. The first failure, an abort, or leaving the loop cancels what is still in the queue.
 */
export async function* renderAll(
  renderOne: (job: RenderJob, options: RenderOptions) => Promise<RenderedImage>,
  jobs: AsyncIterable<RenderJob> | Iterable<RenderJob>,
  { signal, onProgress, depth = 2 }: RenderAllOptions,
): AsyncGenerator<Rendered, void, void> {
  const stop = new AbortController();
  const abort = (): void => {
    stop.abort(signal?.reason);
    batch.wakeUp();
  };
  const batch = new Batch((job, onExecuted) => renderOne(job, { signal: stop.signal, onProgress, onExecuted }), depth);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const fed = batch.feed(jobs, stop.signal);
  try {
    for (let next = await batch.next(stop.signal); next; next = await batch.next(stop.signal)) yield next;
  } finally {
    signal?.removeEventListener('abort', abort);
    stop.abort(batch.failure?.error ?? new DOMException('The batch is over.', 'AbortError'));
    batch.wakeUp();
    await Promise.allSettled([fed, batch.settled()]);
  }
}

class Batch {
  readonly #changes = new EventEmitter();
  readonly #ready: Rendered[] = [];
  readonly #flying = new Set<Promise<void>>();
  #executing = 0;
  #downloading = 0;
  #fed = false;
  failure: { error: unknown } | null = null;

  constructor(
    readonly renderOne: (job: RenderJob, onExecuted: () => void) => Promise<RenderedImage>,
    readonly depth: number,
  ) {}

  async feed(jobs: AsyncIterable<RenderJob> | Iterable<RenderJob>, signal: AbortSignal): Promise<void> {
    try {
      for await (const job of jobs) {
        await this.#until(() => signal.aborted || this.failure !== null || this.#hasRoom());
        if (signal.aborted || this.failure) break;
        this.#start(job);
      }
      signal.throwIfAborted();
    } catch (error) {
      this.failure ??= { error };
    }
    this.#fed = true;
    this.wakeUp();
  }

  /** null: all done. @throws the first failure, after the pictures that were finished then; an abort at once. */
  async next(signal: AbortSignal): Promise<Rendered | null> {
    await this.#until(
      () =>
        signal.aborted ||
        this.#ready.length > 0 ||
        (this.failure !== null && this.#downloading === 0) ||
        (this.#fed && this.#flying.size === 0),
    );
    const next = signal.aborted ? null : (this.#ready.shift() ?? null);
    if (!next && this.failure) throw this.failure.error;
    if (signal.aborted) throw signal.reason;
    this.wakeUp();
    return next;
  }

  wakeUp = (): void => void this.#changes.emit('change');

  async settled(): Promise<void> {
    await Promise.allSettled(this.#flying);
  }

  #hasRoom(): boolean {
    return this.#executing < this.depth && this.#flying.size + this.#ready.length < this.depth + maxUnclaimed;
  }

  #start(job: RenderJob): void {
    this.#executing++;
    let place: 'queue' | 'download' | 'end' = 'queue';
    const move = (to: typeof place): void => {
      if (place === 'queue' && to !== 'queue') this.#executing--;
      if (to === 'download' && place === 'queue') this.#downloading++;
      if (to === 'end' && place === 'download') this.#downloading--;
      place = to;
      this.wakeUp();
    };
    const flight = this.renderOne(job, () => move('download'))
      .then((image) => void this.#ready.push({ job, image }))
      .catch((error: unknown) => void (this.failure ??= { error }))
      .finally(() => {
        this.#flying.delete(flight);
        move('end');
      });
    this.#flying.add(flight);
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changes, 'change');
  }
}
