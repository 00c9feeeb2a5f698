import type { ArtifactStore } from '../../artifacts/artifact-store.js';
import type { Look, Progress, RunHandle } from '../../client/index.js';
import { NowLines } from '../../progress/lines.js';
import { TimeLeft } from '../../progress/time-left.js';
import type { ReportData } from '../../run/record.js';
import type { ArtifactRef } from '../../run/ref.js';
import { arrivingPart } from '../pages/arriving.js';
import { askPart } from '../pages/ask.js';
import { livePart } from '../pages/live.js';
import { reportParts } from '../pages/run-parts.js';
import { factsOfPictures, type PictureFacts } from '../pictures/facts.js';
import { StudioAlbum } from '../pictures/album.js';
import { Arrivals } from './arrivals.js';
import { LivingPage } from './living-page.js';
import { Poller } from './poller.js';

/** One status query a run a second, however many look. */
const askEveryMs = 1000;
/** An image is on the page within a second of its being stored: Temporal tells of it, and no worker is asked. */
const lookAtImagesEveryMs = 500;
/** A run that has ended changes only where a person chooses another checkpoint. */
const lookAtEndedEveryMs = 5000;
/** JSON of the store that each version of the page reads again. */
const mostKept = 64;

/** A run that somebody looks at: one poller, whose page all of them share. */
export class WatchedRun {
  readonly page = new LivingPage();
  readonly poller: Poller;
  #album: StudioAlbum | null = null;
  #data: ReportData | null = null;
  #seen: Look | null = null;
  #facts = new Map<string, PictureFacts>();
  /** What stands in the stages and the gallery. */
  #placed: ReadonlySet<string> = new Set();
  readonly #arrivals = new Arrivals();
  #shown = '';
  #trouble: unknown = null;
  readonly #now = new NowLines();
  readonly #timeLeft = new TimeLeft();
  readonly #json = new Map<string, Buffer>();

  constructor(
    readonly run: RunHandle,
    private readonly store: () => Promise<ArtifactStore>,
    signal: AbortSignal,
  ) {
    this.poller = new Poller({
      look: () => this.#look(),
      goodForMs: askEveryMs,
      everyMs: () => this.#lookEveryMs(),
      signal,
    });
  }

  get progress(): Progress | null {
    return this.#seen?.progress ?? null;
  }

  get data(): ReportData | null {
    return this.#data;
  }

  get timeLeft(): string | null {
    return this.progress && this.#timeLeft.of(this.progress);
  }

  /** Why the last look failed; null: it did not. */
  get trouble(): unknown {
    return this.#trouble;
  }

  /** Of what the page shows. */
  known(sha256: string): ArtifactRef | null {
    return this.#album?.known.get(sha256) ?? null;
  }

  /** Looks now, unless it has within the last second. @throws AzitClientError, where nothing was ever seen of it */
  async fresh(): Promise<void> {
    await this.poller.fresh();
    if (!this.progress && this.#trouble) throw this.#trouble;
  }

  /** What a person has just decided is seen at once. */
  async lookNow(): Promise<void> {
    if (this.#seen) this.#seen = { ...this.#seen, askedAtMs: -Infinity };
    await this.poller.look();
  }

  #lookEveryMs(): number {
    const { progress } = this;
    if (progress && progress.status.finishedAt !== null) return lookAtEndedEveryMs;
    const rendersNow = progress?.activities.some(
      ({ heartbeat }) => heartbeat?.kind === 'batch' && heartbeat.what === 'render',
    );
    return rendersNow ? lookAtImagesEveryMs : askEveryMs;
  }

  async #look(): Promise<void> {
    try {
      const seen = await this.run.look(this.#seen, askEveryMs);
      const text = JSON.stringify(seen.progress.status);
      if (text !== this.#shown || !this.#data) await this.#show();
      this.#seen = seen;
      this.#shown = text;
      this.#trouble = null;
    } catch (error) {
      this.#trouble = error;
    }
    const { progress } = this;
    if (!progress) return;
    const [now, left] = [this.#now.of(progress), this.#timeLeft.of(progress)];
    this.page.set([['live', livePart(progress, { now, left, trouble: this.#trouble })]]);
    if (!this.#data || !this.#album) return;
    this.page.set([
      [
        'arriving',
        arrivingPart(
          this.#arrivals.take(progress, (sha256) => this.#placed.has(sha256)),
          this.#album,
        ).text,
      ],
      ['ask', askPart(progress.status, this.#data, this.#album).text],
    ]);
  }

  async #show(): Promise<void> {
    const data = await this.run.reportData();
    const album = new StudioAlbum(this.run.runId, data);
    const { parts, tables } = await reportParts(data, album, (ref) => this.read(ref));
    this.#data = data;
    this.#album = album;
    this.#placed = new Set(album.known.keys());
    this.#facts = factsOfPictures(data, tables);
    for (const { nearest } of this.#facts.values()) if (nearest) album.fileOf(nearest.image);
    this.page.set(parts);
  }

  /** What is known of a picture of its pages. */
  factsOf(sha256: string): PictureFacts | null {
    return this.#facts.get(sha256) ?? null;
  }

  /** JSON that each version of the page reads again. */
  async read(ref: ArtifactRef): Promise<Buffer> {
    const kept = this.#json.get(ref.sha256);
    if (kept) return kept;
    const bytes = await (await this.store()).readBytes(ref);
    this.#json.set(ref.sha256, bytes);
    for (const sha256 of this.#json.keys()) {
      if (this.#json.size <= mostKept) break;
      this.#json.delete(sha256);
    }
    return bytes;
  }
}
