import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Description } from './artifact-store.js';
import { boundedStream, type Pace } from './bounded-stream.js';
import type { Digest } from './digest.js';
import { isConflict, isMissing, isMissingKey, isMute, isTaken, mayPass, notStored, tooSlowly } from './s3-errors.js';

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

/** The objects of one bucket. What S3 says in statuses becomes an answer; an answer that is none of S3's is an error. */
export class S3Objects {
  constructor(
    private readonly location: string,
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly limits: S3Limits,
  ) {}

  /** In parts where it is too large for one request. */
  async put(
    key: string,
    digest: Digest,
    open: () => Uint8Array | Readable,
    { mediaType: ContentType }: Description,
  ): Promise<void> {
    const params = { Bucket: this.bucket, Key: key, ContentType };
    if (digest.bytes >= (this.limits.multipartFromBytes ?? multipartFromBytes)) {
      const partSize = this.limits.partBytes ?? partBytes;
      await new Upload({ client: this.client, params: { ...params, Body: open() }, partSize }).done();
      return;
    }
    for (let tried = 1; ; tried += 1) {
      const Body = open();
      try {
        // The server refuses bytes that changed since they were hashed, on disk or on the way.
        const sums = { ContentLength: digest.bytes, ChecksumSHA256: base64Of(digest) };
        const { ETag } = await this.client.send(new PutObjectCommand({ ...params, ...sums, Body }));
        if (!ETag) throw notStored(this.location);
        return;
      } catch (error) {
        const isStream = !(Body instanceof Uint8Array);
        if (isStream) Body.destroy();
        if (!isStream || tried === sendTries || !mayPass(error)) throw error;
      }
    }
  }

  /** Null where there is none. */
  async head(key: string) {
    const where = { Bucket: this.bucket, Key: key };
    try {
      return await this.client.send(new HeadObjectCommand({ ...where, ChecksumMode: 'ENABLED' }));
    } catch (error) {
      if (isMissing(error)) return null;
      if (isMute(error)) await this.client.send(new GetObjectCommand({ ...where, Range: 'bytes=0-0' }));
      throw error;
    }
  }

  /** Null where there is none. @param tooMuch thrown where it sends more than `maxBytes` */
  async get(key: string, maxBytes: number, tooMuch: () => Error): Promise<Readable | null> {
    try {
      const { Body, ETag } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      if (!ETag) throw notStored(this.location);
      return Body ? this.#bounded(Body as Readable, maxBytes, tooMuch) : null;
    } catch (error) {
      if (isMissingKey(error)) return null;
      throw error;
    }
  }

  /** @returns false where the key was taken. */
  async putNew(key: string, json: string): Promise<boolean> {
    for (let tried = 1; ; tried += 1) {
      try {
        const condition = { IfNoneMatch: '*', ContentType: 'application/json' };
        const object = { Bucket: this.bucket, Key: key, Body: json, ...condition };
        if (!(await this.client.send(new PutObjectCommand(object))).ETag) throw notStored(this.location);
        return true;
      } catch (error) {
        if (isTaken(error)) return false;
        if (!isConflict(error) || tried === conflictTries) throw error;
      }
    }
  }

  /** An object gets today's time by being copied onto itself. @returns false where it has gone */
  async touch(
    key: string,
    { LastModified, ContentLength = 0, ContentType }: HeadObjectCommandOutput,
    touchedForMs: number,
  ): Promise<boolean> {
    if (!LastModified || LastModified.getTime() > Date.now() - touchedForMs || ContentLength > mostCopiedBytes)
      return true;
    try {
      const where = { Bucket: this.bucket, Key: key };
      const CopySource = [this.bucket, ...key.split('/')].map(encodeURIComponent).join('/');
      const as = { MetadataDirective: 'REPLACE', ContentType, ChecksumAlgorithm: 'SHA256' } as const;
      await this.client.send(new CopyObjectCommand({ ...where, CopySource, ...as }));
      return true;
    } catch (error) {
      if (isMissingKey(error)) return false;
      throw error;
    }
  }

  #bounded(content: Readable, maxBytes: number, tooMuch: () => Error): Readable {
    const tooSlow = () => tooSlowly(this.location);
    return boundedStream(content, maxBytes, { tooMuch, tooSlow, pace: this.limits.pace });
  }
}

/** As S3 tells the sum of an object. */
export const base64Of = ({ sha256 }: Digest): string => Buffer.from(sha256, 'hex').toString('base64');
