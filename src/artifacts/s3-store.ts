import type { ArtifactStore, Description } from './artifact-store.js';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { sep } from 'node:path';
import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { replaceFile } from '../files/atomic.js';
import { digestBytes, digestFile, writeDigesting, type Digest } from './digest.js';
import { ArtifactDamagedError, missingArtifact, parseRecord, StoreSettingError } from './errors.js';
import { contentPath, recordPath } from './path.js';
import type { ArtifactRef } from '../run/ref.js';
import { isConflict, isMissing, isMute, isTaken, notStored, toStoreError } from './s3-errors.js';

/** To a server that is gone: a connection attempt would otherwise hang for minutes. */
const connectTimeoutMs = 10_000;
/** Between two packets: a server that stalls in mid-reply ends here. */
const silenceTimeoutMs = 30_000;
/** 409 says that another conditional write is under way; it ends within milliseconds. */
const conflictTries = 5;
/** S3's limit for one PUT is 5 GiB; an optimizer state may have more. */
const multipartFromBytes = 4 * 2 ** 30;
/** At most 10,000 of them. */
const partBytes = 64 * 2 ** 20;

/** Smaller ones for tests. */
export interface S3Limits {
  multipartFromBytes?: number;
  silenceTimeoutMs?: number;
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

  /** @param location s3://bucket/prefix. @throws StoreSettingError where it has no bucket. */
  constructor(
    readonly location: string,
    private readonly limits: S3Limits = {},
  ) {
    const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(location) ?? [];
    if (!bucket) throw new StoreSettingError(`The artifact store '${location}' names no bucket: s3://bucket/prefix.`);
    this.#bucket = bucket;
    this.#prefix = prefix.replace(/\/+$/, '');
    this.#client = createClient(limits.silenceTimeoutMs ?? silenceTimeoutMs);
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
    const key = this.#contentKey(ref.sha256);
    return await this.#telling(async () => {
      const content = await this.#get(key);
      if (!content) throw missingArtifact(this.location, ref);
      const bytes = Buffer.from(await content.transformToByteArray());
      check(ref, digestBytes(bytes).sha256);
      return bytes;
    });
  }

  async readToFile(ref: ArtifactRef, path: string): Promise<void> {
    const key = this.#contentKey(ref.sha256);
    await replaceFile(path, async (part) => {
      const found = await this.#telling(async () => {
        const content = await this.#get(key);
        if (!content) throw missingArtifact(this.location, ref);
        return await writeDigesting(content, part);
      });
      check(ref, found);
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

  #contentKey = (sha256: string): string => this.#keyOf(contentPath(this.#prefix, sha256));
  #recordKey = (key: string): string => this.#keyOf(recordPath(this.#prefix, key));
  #keyOf = (path: string): string => path.split(sep).join('/');

  async #keep(digest: Digest, open: () => Uint8Array | Readable, description: Description): Promise<void> {
    const key = this.#contentKey(digest.sha256);
    await this.#telling(async () => {
      if (await this.#holds(key, digest)) return;
      const params = { Bucket: this.#bucket, Key: key, ContentType: description.mediaType };
      if (digest.bytes < (this.limits.multipartFromBytes ?? multipartFromBytes)) {
        // The server refuses bytes that changed since they were hashed, on disk or on the way.
        const sums = { ContentLength: digest.bytes, ChecksumSHA256: base64Of(digest) };
        const stored = await this.#client.send(new PutObjectCommand({ ...params, ...sums, Body: open() }));
        if (!stored.ETag) throw notStored(this.location);
      } else {
        await new Upload({ client: this.#client, params: { ...params, Body: open() }, partSize: partBytes }).done();
      }
      if ((await this.#head(key))?.ContentLength !== digest.bytes) throw notStored(this.location);
    });
  }

  /** Whether the very bytes are there. Where the server keeps no sum of them they are read: damage would stay for ever. */
  async #holds(key: string, digest: Digest): Promise<boolean> {
    const head = await this.#head(key);
    if (head?.ContentLength !== digest.bytes || !head.ETag) return false;
    if (head.ChecksumSHA256 === base64Of(digest)) return true;
    const content = await this.#get(key);
    if (!content) return false;
    const hash = createHash('sha256');
    for await (const piece of content) hash.update(piece as Buffer);
    return hash.digest('hex') === digest.sha256;
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
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async #getJson<T>(key: string): Promise<T | null> {
    const content = await this.#get(key);
    return content ? parseRecord<T>(await content.transformToString('utf8'), `s3://${this.#bucket}/${key}`) : null;
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

function createClient(socketTimeout: number): S3Client {
  const requestHandler = { connectionTimeout: connectTimeoutMs, socketTimeout };
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  if (!endpoint) return new S3Client({ requestHandler });
  // Servers other than AWS rarely have a name for each bucket, and rarely care for the region that signs.
  const region = process.env.AWS_REGION ?? 'us-east-1';
  return new S3Client({ requestHandler, region, forcePathStyle: true });
}
