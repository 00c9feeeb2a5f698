import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { ArtifactStore, Description } from './artifact-store.js';
import { fileLimits } from '../files/limits.js';
import { replaceFile } from '../files/atomic.js';
import { digestBytes, digestFile, writeDigesting, type Digest } from './digest.js';
import { ArtifactDamagedError, damagedRecord, missingArtifact, parseRecord, StoreSettingError } from './errors.js';
import { contentPath, objectKeyOf, recordPath } from './path.js';
import type { ArtifactRef } from '../run/ref.js';
import { createClient } from './s3-client.js';
import { notStored, toStoreError } from './s3-errors.js';
import { base64Of, S3Objects, type S3Limits } from './s3-objects.js';
import { S3Upkeep } from './s3-upkeep.js';

/** Between two packets: a server that stalls in mid-reply ends here. */
const silenceTimeoutMs = 30_000;
/**
 * Any S3 API, in the same layout as the folder store. Settings are the AWS SDK's own (AWS_ENDPOINT_URL_S3, AWS_REGION,
 * credentials, profiles). The server must honour `If-None-Match: *` on PUT; one that does not is refused.
 */
export class S3Store implements ArtifactStore {
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #objects: S3Objects;
  #conditionsProven: Promise<void> | null = null;
  readonly upkeep: S3Upkeep;

  /** @param location s3://bucket/prefix. @throws StoreSettingError where it has no bucket. */
  constructor(
    readonly location: string,
    limits: S3Limits = {},
  ) {
    const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(location) ?? [];
    if (!bucket)
      throw new StoreSettingError(`The artifact store '${location}' names no bucket: use s3://bucket/prefix.`);
    this.#bucket = bucket;
    this.#prefix = prefix.replace(/\/+$/, '');
    const { silenceTimeoutMs: silence = silenceTimeoutMs, answerTimeoutMs } = limits;
    const client = createClient(location, silence, answerTimeoutMs);
    this.#objects = new S3Objects(location, client, this.#bucket, limits);
    this.upkeep = new S3Upkeep(location, client, this.#bucket, this.#prefix, limits.touchedForMs);
  }

  async putBytes(bytes: Uint8Array, description: Description): Promise<ArtifactRef> {
    const digest = digestBytes(bytes);
    await this.#keep(digest, () => bytes, description);
    return { sha256: digest.sha256, bytes: digest.bytes, ...description };
  }

  async putFile(path: string, description: Description, known?: Digest): Promise<ArtifactRef> {
    const digest = known ?? (await digestFile(path));
    await this.#keep(digest, () => createReadStream(path), description);
    return { ...digest, ...description };
  }

  async readBytes(ref: ArtifactRef): Promise<Buffer> {
    return await this.#reading(ref, async (content) => {
      const bytes = await buffer(content);
      check(ref, digestBytes(bytes).sha256);
      return bytes;
    });
  }

  async readToFile(ref: ArtifactRef, path: string): Promise<void> {
    await replaceFile(path, async (part) => {
      await this.#reading(ref, async (content) => {
        // Of the first try, where this is the second.
        await rm(part, { force: true });
        check(ref, await writeDigesting(content, part));
      });
    });
  }

  async putRecord<T>(key: string, value: T): Promise<{ value: T; first: boolean }> {
    const objectKey = this.#recordKey(key);
    return await this.#telling(async () => {
      await this.#proveConditions();
      const first = await this.#objects.putNew(objectKey, JSON.stringify(value));
      return first ? { value, first } : { value: (await this.#getJson<T>(objectKey)) ?? value, first };
    });
  }

  async getRecord<T>(key: string): Promise<T | null> {
    const objectKey = this.#recordKey(key);
    return await this.#telling(() => this.#getJson<T>(objectKey));
  }

  async holds(content: Digest): Promise<boolean> {
    return await this.#telling(() => this.#holds(this.#contentKey(content.sha256), content));
  }

  #contentKey = (sha256: string): string => objectKeyOf(contentPath(this.#prefix, sha256));
  #recordKey = (key: string): string => objectKeyOf(recordPath(this.#prefix, key));

  /** What arrives damaged may have been so on the way alone: it is asked for once more. */
  async #reading<T>(ref: ArtifactRef, take: (content: Readable) => Promise<T>): Promise<T> {
    const key = this.#contentKey(ref.sha256);
    const read = async (): Promise<T> => {
      const tooMuch = () => new ArtifactDamagedError(ref.sha256, `${ref.bytes} bytes (${ref.name})`, 'more');
      const content = await this.#objects.get(key, ref.bytes, tooMuch);
      if (!content) throw missingArtifact(this.location, ref);
      return await take(content);
    };
    return await this.#telling(async () => {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof ArtifactDamagedError) || error.found === 'no file') throw error;
        return await read();
      }
    });
  }

  async #keep(digest: Digest, open: () => Uint8Array | Readable, description: Description): Promise<void> {
    const key = this.#contentKey(digest.sha256);
    await this.#telling(async () => {
      if (await this.#holds(key, digest)) return;
      await this.#objects.put(key, digest, open, description);
      if ((await this.#objects.head(key))?.ContentLength !== digest.bytes) throw notStored(this.location);
    });
  }

  /** Whether the very bytes are there. Where the server keeps no sum of them they are read: damage would stay for ever. */
  async #holds(key: string, digest: Digest): Promise<boolean> {
    const head = await this.#objects.head(key);
    if (head?.ContentLength !== digest.bytes || !head.ETag) return false;
    if (!(await this.#objects.touch(key, head, this.upkeep.touchedForMs))) return false;
    if (head.ChecksumSHA256 === base64Of(digest)) return true;
    // One that sends more is another one.
    const content = await this.#objects.get(key, digest.bytes, () => damagedRecord(key));
    if (!content) return false;
    const hash = createHash('sha256');
    for await (const piece of content) hash.update(piece as Buffer);
    return hash.digest('hex') === digest.sha256;
  }

  async #getJson<T>(key: string): Promise<T | null> {
    const place = `s3://${this.#bucket}/${key}`;
    const content = await this.#objects.get(key, fileLimits.record, () => damagedRecord(place));
    return content && parseRecord<T>(await text(content), place);
  }

  /** A server that ignores the condition would let a late writer win, in silence: two trainers, one record. */
  async #proveConditions(): Promise<void> {
    this.#conditionsProven ??= this.#tryConditions().catch((error: unknown) => {
      this.#conditionsProven = null;
      throw error;
    });
    await this.#conditionsProven;
  }

  async #tryConditions(): Promise<void> {
    const key = this.#recordKey('conditional-writes');
    // The first PUT may create it, so only the second one proves anything.
    if ((await this.#objects.putNew(key, '"taken"')) && (await this.#objects.putNew(key, '"taken"'))) {
      throw new StoreSettingError(
        `The server of the artifact store ${this.location} ignores If-None-Match on PUT, so the first writer of a ` +
          'record would not win; use a server that honours it (AWS S3 does), or a shared folder.',
      );
    }
  }

  async #telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toStoreError(this.location, error);
    }
  }
}

function check(ref: ArtifactRef, found: string): void {
  if (found !== ref.sha256) throw new ArtifactDamagedError(ref.sha256, ref.sha256, found);
}
