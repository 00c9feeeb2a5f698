import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type _Object,
  type S3Client,
} from '@aws-sdk/client-s3';
import { contentPath, isSha256, objectKeyOf, recordPath } from './path.js';
import { isMissing, toStoreError } from './s3-errors.js';
import type { StoredContent, StoredRecord, StoreUpkeep } from './store-upkeep.js';

/** Of a store on S3. The credentials need s3:ListBucket and s3:DeleteObject for it. */
export class S3Upkeep implements StoreUpkeep {
  constructor(
    private readonly location: string,
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly prefix: string,
    /** A touch is a copy of the object on the server. */
    readonly touchedForMs = 10 * 60_000,
  ) {}

  async *contents(): AsyncIterable<StoredContent> {
    for await (const { key, bytes, changedAtMs } of this.#objectsBelow('content/')) {
      const sha256 = key.slice(key.lastIndexOf('/') + 1);
      if (isSha256(sha256) && key === this.#contentKey(sha256)) yield { sha256, bytes, touchedAtMs: changedAtMs };
    }
  }

  async *records(below = ''): AsyncIterable<StoredRecord> {
    const root = this.#below('records/');
    for await (const { key, bytes, changedAtMs } of this.#objectsBelow(`records/${below}`))
      if (key.endsWith('.json'))
        yield { key: key.slice(root.length, -'.json'.length), bytes, writtenAtMs: changedAtMs };
  }

  async removeContent(sha256: string, touchedBeforeMs: number): Promise<boolean> {
    const where = { Bucket: this.bucket, Key: this.#contentKey(sha256) };
    return await this.#telling(async () => {
      // S3 has no removal that depends on an object's time: whoever touches it between these two calls is the one who is not seen.
      const head = await this.client.send(new HeadObjectCommand(where)).catch(nullIfMissing);
      if (!head || (head.LastModified?.getTime() ?? Infinity) >= touchedBeforeMs) return false;
      await this.client.send(new DeleteObjectCommand(where));
      return true;
    });
  }

  async removeRecord(key: string): Promise<void> {
    const Key = objectKeyOf(recordPath(this.prefix, key));
    await this.#telling(() => this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key })));
  }

  /** An object appears whole or not at all; parts of an upload that broke off are the bucket's own rule to remove. */
  removeLeftovers(): Promise<number> {
    return Promise.resolve(0);
  }

  /** In pages of 1,000. */
  async *#objectsBelow(folder: string): AsyncIterable<{ key: string; bytes: number; changedAtMs: number }> {
    const asked = { Bucket: this.bucket, Prefix: this.#below(folder) };
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#telling(() =>
        this.client.send(new ListObjectsV2Command({ ...asked, ContinuationToken })),
      );
      for (const found of page.Contents ?? []) yield entryOf(found);
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  #below = (folder: string): string => (this.prefix === '' ? folder : `${this.prefix}/${folder}`);
  #contentKey = (sha256: string): string => objectKeyOf(contentPath(this.prefix, sha256));

  async #telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toStoreError(this.location, error);
    }
  }
}

/** Of what the server tells no time, it is young: it stays. */
const entryOf = ({ Key = '', Size = 0, LastModified }: _Object) => ({
  key: Key,
  bytes: Size,
  changedAtMs: LastModified?.getTime() ?? Infinity,
});

const nullIfMissing = (error: unknown): null => {
  if (isMissing(error)) return null;
  throw error;
};
