import type { ArtifactStore, Description } from './artifact-store.js';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { fileLimits } from '../files/limits.js';
import { replaceFile } from '../files/atomic.js';
import { digestBytes, digestFile, writeDigesting, type Digest } from './digest.js';
import { ArtifactDamagedError, damagedRecord, missingArtifact, parseRecord, StoreSettingError } from './errors.js';
import { contentPath, objectKeyOf, recordPath } from './path.js';
import type { ArtifactRef } from '../run/ref.js';
import { createClient } from './s3-client.js';
import {
  isConflict,
  isMissing,
  isMissingKey,
  isMute,
  isTaken,
  mayPass,
  notStored,
  tooSlowly,
  toStoreError,
} from './s3-errors.js';
import { S3Upkeep } from './s3-upkeep.js';
import { boundedStream, type Pace } from './bounded-stream.js';

/** Between two packets: a server that stalls in mid-reply ends here. */
const silenceTimeoutMs = 30_000;
/** 409 says that another conditional write is under way; it ends within milliseconds. */
const conflictTries = 5;
/** S3's limit for one PUT is 5 GiB; an optimizer state may have more. */
const multipartFromBytes = 4 * 2 ** 30;
/** At most 10,000 of them. */
const partBytes = 64 * 2 ** 20;
/** S3's limit for one copy. What is larger, states to resume from, is kept by the claim of the training that needs it. */
const mostCopiedBytes = 5 * 2 ** 30;
/** The SDK does not send a stream again: a file is opened anew as often as this. */
const sendTries = 3;

/** Smaller ones for tests. */
export interface S3Limits {
  multipartFromBytes?: number;
  /** S3 takes none below 5 MiB, but for the last. */
  partBytes?: number;
  silenceTimeoutMs?: number;
  answerTimeoutMs?: number;
  pace?: Pace;
  touchedForMs?: number;
}

/**
 * Any S3 API, in the same layout as the folder store. Settings are the AWS SDK's own (AWS_ENDPOINT_URL_S3, AWS_REGION,
 * credentials, profiles). The server must honour `If-None-Match: *` on PUT; one that does not is refused.
 */
export class S3Store implements ArtifactStore {
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #client: S3Client;
  #conditionsProven: Promise<void> | null = null;
  readonly upkeep: S3Upkeep;

  /** @param location s3://bucket/prefix. @throws StoreSettingError where it has no bucket. */
  constructor(
    readonly location: string,
    private readonly limits: S3Limits = {},
  ) {
    const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(location) ?? [];
    if (!bucket)
      throw new StoreSettingError(`The artifact store '${location}' names no bucket: use s3://bucket/prefix.`);
    this.#bucket = bucket;
    this.#prefix = prefix.replace(/\/+$/, '');
    const { silenceTimeoutMs: silence = silenceTimeoutMs, answerTimeoutMs } = limits;
    this.#client = createClient(location, silence, answerTimeoutMs);
    this.upkeep = new S3Upkeep(location, this.#client, this.#bucket, this.#prefix, limits.touchedForMs);
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
      const first = await this.#putNew(objectKey, JSON.stringify(value));
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
      const content = await this.#get(key);
      if (!content) throw missingArtifact(this.location, ref);
      const tooMuch = () => new ArtifactDamagedError(ref.sha256, `${ref.bytes} bytes (${ref.name})`, 'more');
      return await take(this.#bounded(content, ref.bytes, tooMuch));
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
      await this.#send({ Bucket: this.#bucket, Key: key, ContentType: description.mediaType }, digest, open);
      if ((await this.#head(key))?.ContentLength !== digest.bytes) throw notStored(this.location);
    });
  }

  async #send(
    params: { Bucket: string; Key: string; ContentType: string },
    digest: Digest,
    open: () => Uint8Array | Readable,
  ): Promise<void> {
    if (digest.bytes >= (this.limits.multipartFromBytes ?? multipartFromBytes)) {
      const partSize = this.limits.partBytes ?? partBytes;
      await new Upload({ client: this.#client, params: { ...params, Body: open() }, partSize }).done();
      return;
    }
    for (let tried = 1; ; tried += 1) {
      const Body = open();
      try {
        // The server refuses bytes that changed since they were hashed, on disk or on the way.
        const sums = { ContentLength: digest.bytes, ChecksumSHA256: base64Of(digest) };
        const { ETag } = await this.#client.send(new PutObjectCommand({ ...params, ...sums, Body }));
        if (!ETag) throw notStored(this.location);
        return;
      } catch (error) {
        const isStream = !(Body instanceof Uint8Array);
        if (isStream) Body.destroy();
        if (!isStream || tried === sendTries || !mayPass(error)) throw error;
      }
    }
  }

  /** Whether the very bytes are there. Where the server keeps no sum of them they are read: damage would stay for ever. */
  async #holds(key: string, digest: Digest): Promise<boolean> {
    const head = await this.#head(key);
    if (head?.ContentLength !== digest.bytes || !head.ETag) return false;
    if (!(await this.#touch(key, head))) return false;
    if (head.ChecksumSHA256 === base64Of(digest)) return true;
    const content = await this.#get(key);
    if (!content) return false;
    const hash = createHash('sha256');
    // One that sends more is another one.
    const bounded = this.#bounded(content, digest.bytes, () => damagedRecord(key));
    for await (const piece of bounded) hash.update(piece as Buffer);
    return hash.digest('hex') === digest.sha256;
  }

  /** An object gets today's time by being copied onto itself. @returns false where it has gone */
  async #touch(
    key: string,
    { LastModified, ContentLength = 0, ContentType }: HeadObjectCommandOutput,
  ): Promise<boolean> {
    const { touchedForMs } = this.upkeep;
    if (!LastModified || LastModified.getTime() > Date.now() - touchedForMs || ContentLength > mostCopiedBytes)
      return true;
    try {
      const where = { Bucket: this.#bucket, Key: key };
      const CopySource = [this.#bucket, ...key.split('/')].map(encodeURIComponent).join('/');
      const as = { MetadataDirective: 'REPLACE', ContentType, ChecksumAlgorithm: 'SHA256' } as const;
      await this.#client.send(new CopyObjectCommand({ ...where, CopySource, ...as }));
      return true;
    } catch (error) {
      if (isMissingKey(error)) return false;
      throw error;
    }
  }

  async #head(key: string) {
    const where = { Bucket: this.#bucket, Key: key };
    try {
      return await this.#client.send(new HeadObjectCommand({ ...where, ChecksumMode: 'ENABLED' }));
    } catch (error) {
      if (isMissing(error)) return null;
      if (isMute(error)) await this.#client.send(new GetObjectCommand({ ...where, Range: 'bytes=0-0' }));
      throw error;
    }
  }

  async #get(key: string) {
    try {
      const { Body, ETag } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      if (!ETag) throw notStored(this.location);
      return Body as (Readable & NonNullable<typeof Body>) | undefined;
    } catch (error) {
      if (isMissingKey(error)) return null;
      throw error;
    }
  }

  #bounded(content: Readable, maxBytes: number, tooMuch: () => Error): Readable {
    const tooSlow = () => tooSlowly(this.location);
    return boundedStream(content, maxBytes, { tooMuch, tooSlow, pace: this.limits.pace });
  }

  async #getJson<T>(key: string): Promise<T | null> {
    const content = await this.#get(key);
    if (!content) return null;
    const place = `s3://${this.#bucket}/${key}`;
    const json = await text(this.#bounded(content, fileLimits.record, () => damagedRecord(place)));
    return parseRecord<T>(json, place);
  }

  /** @returns false where the key was taken. */
  async #putNew(key: string, json: string): Promise<boolean> {
    for (let tried = 1; ; tried += 1) {
      try {
        const condition = { IfNoneMatch: '*', ContentType: 'application/json' };
        const object = { Bucket: this.#bucket, Key: key, Body: json, ...condition };
        if (!(await this.#client.send(new PutObjectCommand(object))).ETag) throw notStored(this.location);
        return true;
      } catch (error) {
        if (isTaken(error)) return false;
        if (!isConflict(error) || tried === conflictTries) throw error;
      }
    }
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
    if ((await this.#putNew(key, '"taken"')) && (await this.#putNew(key, '"taken"'))) {
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

const base64Of = ({ sha256 }: Digest): string => Buffer.from(sha256, 'hex').toString('base64');

function check(ref: ArtifactRef, found: string): void {
  if (found !== ref.sha256) throw new ArtifactDamagedError(ref.sha256, ref.sha256, found);
}
