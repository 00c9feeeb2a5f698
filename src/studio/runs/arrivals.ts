import type { Progress } from '../../client/index.js';
import type { ArtifactRef } from '../../run/ref.js';

/** A row that a person looks along; of more, the newest. */
const most = 48;
/** What was never measured does not stand there for ever. */
const keptForMs = 10 * 60_000;

/**
 * Images that are stored and stand nowhere else on the page yet. A unit of work tells its newest only while it goes on: they
 * are kept until their stage shows them, measured.
 */
export class Arrivals {
  readonly #seen = new Map<string, { image: ArtifactRef; atMs: number }>();

  /** @param isPlaced whether the page shows it elsewhere @returns the newest first */
  take(
    { status, activities }: Progress,
    isPlaced: (sha256: string) => boolean,
    nowMs = Date.now(),
  ): readonly ArtifactRef[] {
    // What a person is asked about is measured: some images, such as those that test the trigger, stand nowhere else.
    if (status.state !== 'running') this.#seen.clear();
    else
      for (const { heartbeat } of activities)
        for (const image of heartbeat?.kind === 'batch' ? (heartbeat.recent ?? []) : [])
          if (!this.#seen.has(image.sha256)) this.#seen.set(image.sha256, { image, atMs: nowMs });
    for (const [sha256, { atMs }] of this.#seen)
      if (isPlaced(sha256) || nowMs - atMs > keptForMs) this.#seen.delete(sha256);
    for (const sha256 of this.#seen.keys()) {
      if (this.#seen.size <= most) break;
      this.#seen.delete(sha256);
    }
    return [...this.#seen.values()].map(({ image }) => image).reverse();
  }
}
