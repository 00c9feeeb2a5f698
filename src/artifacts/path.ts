import { join, sep } from 'node:path';

const sha256Pattern = /^[0-9a-f]{64}$/;
const recordKeyPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

export const isSha256 = (text: string): boolean => sha256Pattern.test(text);

/** `content/9f/86/9f86d0...`: two levels keep folders small. @throws RangeError for anything but a sha256. */
export function contentPath(root: string, sha256: string): string {
  if (!sha256Pattern.test(sha256)) throw new RangeError(`'${sha256}' is not a sha256.`);
  return join(root, 'content', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
}

/** `records/KEY.json`; the key's slashes are folders. @throws RangeError for a key that could leave the store. */
export function recordPath(root: string, key: string): string {
  if (!recordKeyPattern.test(key)) throw new RangeError(`'${key}' can't be the key of a record.`);
  return join(root, 'records', `${key}.json`);
}

/** The same in a bucket. */
export const objectKeyOf = (path: string): string => path.split(sep).join('/');
