import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrawRequest, Picture } from '../model/types.js';
import type { Drawing } from './drawing.js';

/** A sampler step takes at least this long: 10,000 steps are a long render here too, as on a real server. */
const STEP_FLOOR_MS = 1;
/** Progress is told at most this often; a real small model tells 50-100 times a second. */
const TICK_MS = 10;
/** What a picture is expected to take before one has been drawn; only the pace of the progress depends on it. */
const FIRST_GUESS_MS = 300;

export interface StepListener {
  onStep(step: number): void;
  throwIfInterrupted(): void;
}

/** Turns one drawing into sampler steps: progress while it is drawn, a stop at any step when interrupted. */
export class Sampling {
  private expectedMs = FIRST_GUESS_MS;

  constructor(
    private readonly drawing: Drawing,
    private readonly fixedRenderMs?: number,
  ) {}

  /** Draws while telling the steps; what the listener throws stops the sampling, and the drawing is given up. */
  async sample(request: DrawRequest, steps: number, listener: StepListener): Promise<Picture> {
    const givenUp = new AbortController();
    const work = this.begin(request, givenUp.signal);
    try {
      return await this.follow(work, steps, listener);
    } finally {
      givenUp.abort();
    }
  }

  private async follow(work: Work, steps: number, listener: StepListener): Promise<Picture> {
    const started = performance.now();
    const elapsedMs = () => performance.now() - started;
    const leastMs = this.fixedRenderMs ?? steps * STEP_FLOOR_MS;
    const paceMs = this.fixedRenderMs ?? Math.max(leastMs, this.expectedMs);
    let told = 0;
    while (work.picture === null || elapsedMs() < leastMs) {
      const leftMs = work.picture === null ? TICK_MS : leastMs - elapsedMs();
      const tick = sleep(Math.max(1, Math.min(TICK_MS, leftMs)));
      await (work.picture === null ? Promise.race([tick, work.finished]) : tick);
      listener.throwIfInterrupted();
      const step = Math.min(steps - 1, Math.floor((steps * elapsedMs()) / paceMs));
      if (step > told) listener.onStep((told = step));
    }
    if (this.fixedRenderMs === undefined) this.expectedMs = 0.5 * this.expectedMs + 0.5 * elapsedMs();
    listener.onStep(steps);
    return work.picture;
  }

  private begin(request: DrawRequest, signal: AbortSignal): Work {
    const work: Work = { picture: null, finished: Promise.resolve() };
    const isTimed = this.fixedRenderMs !== undefined;
    const drawn = isTimed ? Promise.resolve(standIn(request)) : this.drawing.draw(request, signal);
    work.finished = drawn.then((picture) => void (work.picture = picture));
    work.finished.catch(() => undefined); // awaited by follow; after an interrupt nobody is left to hear of it
    return work;
  }
}

interface Work {
  picture: Picture | null;
  finished: Promise<void>;
}

/**
 * With a fixed render time the server is used as a clock (benchmarks of what drives it): the picture costs nothing,
 * and still differs with everything that a drawn one would depend on.
 */
function standIn(request: DrawRequest): Picture {
  const { prompt, negative, seed, width, height, denoise, reference, loras } = request;
  const hash = createHash('sha256').update(JSON.stringify([prompt, negative, seed, width, height, denoise]));
  if (reference) hash.update(reference.pixels);
  for (const { tensors, strength } of loras) {
    hash.update(String(strength));
    for (const { data } of tensors.values()) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const digest = hash.digest();
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) {
      const cell = 3 * (Math.floor((x * 3) / width) + 3 * Math.floor((y * 3) / height));
      for (let channel = 0; channel < 3; channel++) pixels[at + channel] = digest[(cell + channel) % digest.length];
    }
  return { width, height, pixels };
}
