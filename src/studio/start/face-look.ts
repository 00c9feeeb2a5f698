import { createHash } from 'node:crypto';
import { acceptAnchor } from '../../dataset/index.js';
import { checkSize } from '../../dataset/checks.js';
import { viewLimits } from '../../dataset/limits.js';
import { auditOwn } from '../../dataset/own-set.js';
import {
  EmbedderError,
  licenceNotice,
  ModelError,
  openPresent,
  scoreBatch,
  type FaceEngine,
} from '../../faces/index.js';
import type { Measured } from '../../run/record.js';
import type { ScoredPicture } from '../../run/scored-picture.js';
import { capitalised } from '../pages/words.js';
import type { TrayPlace } from './tray.js';

/** What a run would say of one dropped image. */
export interface FaceFinding {
  words: string;
  /** Whether a person should look at it again. */
  isDoubtful: boolean;
  box: Measured['box'];
}

interface Looked {
  place: TrayPlace;
  name: string;
  bytes: Buffer;
}

/** A finding is some 200 bytes. */
const mostKept = 5000;
const absent =
  'Faces are not checked on this page: this machine has no face models, `azit models pull` downloads them. The run itself checks the faces in any case.';

export interface FaceLookOptions {
  /** Folder of the face models. Default: where `azit models pull` puts them. */
  modelsDir?: string;
  /** By its name or YAML file, as workers of this machine take it. Default: `default`. */
  embedder?: string;
}

/** What a page says of how it looks for faces. */
export interface LookWords {
  /** Why it can't; null: it can. */
  lack: string | null;
  words: string;
}

/**
 * Looks for the faces of dropped images by the engine and the rules of the runs, where the face models are on this
 * machine. It never downloads them: without them a person is told so, and goes on. A run is measured by its identity
 * worker, which may be on another machine and have another embedder: the page names its own.
 */
export class FaceLook {
  #engine: FaceEngine | null = null;
  readonly #found = new Map<string, FaceFinding>();

  constructor(private readonly options: FaceLookOptions = {}) {}

  async words(): Promise<LookWords> {
    try {
      const engine = await this.#open();
      if (!engine) return { lack: absent, words: absent };
      const { embedder } = engine;
      const own = `This page checks faces with the embedder ${embedder.name}; the run is measured with its worker's.`;
      return { lack: null, words: [own, licenceNotice(embedder)].filter(Boolean).join(' ') };
    } catch (error) {
      const lack = lackOf(error);
      return { lack, words: lack };
    }
  }

  /** @param key of the file with its time: another content has another one */
  known(key: string): FaceFinding | null {
    return this.#found.get(key) ?? null;
  }

  /** @returns a sentence where none can be looked for */
  async look(key: string, looked: Looked): Promise<FaceFinding | string> {
    const before = this.known(key);
    if (before) return before;
    try {
      const engine = await this.#open();
      if (!engine) return absent;
      const finding = await findingOf(engine, looked);
      this.#found.set(key, finding);
      if (this.#found.size > mostKept) this.#found.delete(this.#found.keys().next().value!);
      return finding;
    } catch (error) {
      return lackOf(error);
    }
  }

  async #open(): Promise<FaceEngine | null> {
    const { embedder = 'default', modelsDir } = this.options;
    return (this.#engine ??= await openPresent(embedder, modelsDir));
  }
}

function lackOf(error: unknown): string {
  if (error instanceof ModelError || error instanceof EmbedderError)
    return `Faces are not checked on this page: ${error.message}`;
  throw error;
}

async function findingOf(engine: FaceEngine, { place, name, bytes }: Looked): Promise<FaceFinding> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const images = [{ key: name, source: bytes, sha256 }];
  const [scored] = (await scoreBatch(engine, { images, references: [] })).images;
  const doubt = doubtOf(place, name, sha256, scored);
  const { box } = scored.measured;
  return { words: doubt ?? `One face, ${box ? wide(box) : 0} pixels wide.`, isDoubtful: doubt !== null, box };
}

function doubtOf(place: TrayPlace, name: string, sha256: string, scored: ScoredPicture): string | null {
  if (scored.error !== null) return scored.error;
  const [found] = auditOwn([{ name, sha256, scored }]);
  if (place === 'anchor') {
    if (scored.measured.turned && found) return `${capitalised(found.reason)}.`;
    const verdict = acceptAnchor(scored);
    return verdict.ok ? null : `The run would not accept it: ${verdict.reason}.`;
  }
  if (found) return found.isLeftOut ? `The run would leave it out: ${found.reason}.` : `${capitalised(found.reason)}.`;
  const small = checkSize(scored, { facePixels: viewLimits.facePixels, faceShare: 0 });
  return small && `Used for training, but small: ${small}.`;
}

/** As the rules of the runs count it. */
const wide = ([left, top, right, bottom]: NonNullable<Measured['box']>): number =>
  Math.round(Math.sqrt((right - left) * (bottom - top)));
