import type { ArtifactStore } from './artifact-store.js';

/** The key of a chain's record: numbered from 1, without a gap. A store lists nothing, and a record has one writer. */
export type KeyOf = (number: number) => string;

export interface Numbered<T> {
  number: number;
  value: T;
}

/** By doubling, then halving: a few reads, however long the chain is. */
export async function lastRecord<T>(store: ArtifactStore, keyOf: KeyOf): Promise<Numbered<T> | null> {
  let last: Numbered<T> | null = null;
  const isThere = async (number: number): Promise<boolean> => {
    const value = await store.getRecord<T>(keyOf(number));
    if (value !== null) last = { number, value };
    return value !== null;
  };
  let beyond = 1;
  while (await isThere(beyond)) beyond *= 2;
  let known = Math.floor(beyond / 2);
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if (await isThere(middle)) known = middle;
    else beyond = middle;
  }
  return last;
}

/** Behind the last one, which others may have followed since. */
export async function appendRecord(
  store: ArtifactStore,
  keyOf: KeyOf,
  last: Numbered<unknown> | null,
  value: unknown,
): Promise<void> {
  for (let number = (last?.number ?? 0) + 1; ; number += 1)
    if ((await store.putRecord(keyOf(number), value)).first) return;
}
