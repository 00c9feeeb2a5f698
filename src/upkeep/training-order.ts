import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { numberOf } from './record-kinds.js';
import type { SharedRecord } from './survey.js';

const isClaim = ({ key }: Pick<SharedRecord, 'key'>): boolean => /^training\/[^/]+\/claim-\d+$/.test(key);

/** S3 takes some 20 ms for each. */
const removedAtOnce = 16;

/**
 * Records that nobody needs. Of a chain the first goes first: without it none of the chain is seen, and no refused version
 * counts for a moment. Claims go last of all, each training's by themselves.
 */
export async function removeRecords(store: ArtifactStore, dead: SharedRecord[]): Promise<void> {
  for (const [, records] of groupsOf(
    dead.filter((record) => !isClaim(record)),
    ({ key }) => numberOf(key),
  ))
    for (let at = 0; at < records.length; at += removedAtOnce)
      await Promise.all(records.slice(at, at + removedAtOnce).map(({ key }) => store.upkeep.removeRecord(key)));
  const claims = dead.filter(isClaim).toSorted((a, b) => numberOf(a.key) - numberOf(b.key));
  for (const [training, ofTraining] of groupsOf(claims, ({ training }) => training ?? ''))
    await removeClaims(store, training, ofTraining);
}

/** By key, ascending. */
function groupsOf<K extends string | number>(
  records: SharedRecord[],
  keyOf: (record: SharedRecord) => K,
): [K, SharedRecord[]][] {
  const groups = new Map<K, SharedRecord[]>();
  for (const record of records) {
    const key = keyOf(record);
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * A run may begin this very training now: it claims behind the last claim, then looks whether the chain begins (`takeTurn`).
 * Here the first claim goes, then we look for a new one. One of the two sees the other, whoever is first: it begins a chain
 * anew, or we put the first claim back and leave the training to it.
 */
async function removeClaims(store: ArtifactStore, training: string, claims: SharedRecord[]): Promise<void> {
  const [first, ...rest] = claims.map(({ key }) => key);
  const value = await store.getRecord<unknown>(first);
  await store.upkeep.removeRecord(first);
  for await (const { key } of store.upkeep.records(`training/${training}/`)) {
    if (!isClaim({ key }) || rest.includes(key)) continue;
    if (key !== first && value !== null) await store.putRecord(first, value);
    return;
  }
  for (const key of rest) await store.upkeep.removeRecord(key);
}
