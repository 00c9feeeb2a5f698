import { setTimeout as sleep } from 'node:timers/promises';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { forEachAtOnce } from '../files/at-once.js';
import { lastRecord } from '../artifacts/numbered-records.js';
import type { RenderItem } from '../run/contracts.js';
import type { Holder } from './holder.js';

/** Who renders an image at the moment: `renders/claims/HH/SHA256-N`; the highest number counts. */
interface RenderClaim {
  holder: Holder;
}

const claimsAtOnce = 32;

/** Another run's worker tells nobody of an image that it has stored. */
const lookEveryMs = 2_000;

interface TurnDeps {
  store: ArtifactStore;
  own: Holder;
  /** Whether an attempt that has claimed an image still works. */
  isAtWork(holder: Holder): Promise<boolean>;
  onWait(holder: Holder): void;
  signal: AbortSignal;
}

/** Images by what they depend on: their render keys. */
type Keyed = ReadonlyMap<RenderItem, string>;

/**
 * Shares images out between runs that want the same ones at the same time. The states of an image, by its last claim:
 * Free: there is no claim, or Temporal says that the attempt behind it no longer works. The first to append a claim has it.
 * Elsewhere: another run's attempt works. Its image is looked for in the store, and the claim is looked at again.
 * Nobody waits before having rendered all that is theirs, so no two wait for each other. A claim is no lock: where both
 * render after all, the first image in the store counts.
 */
export async function inTurns(
  deps: TurnDeps,
  { open, render, look }: { open(): Keyed; render(ours: Keyed): Promise<void>; look(elsewhere: Keyed): Promise<void> },
): Promise<void> {
  for (let wanted = open(); wanted.size > 0; wanted = open()) {
    const holders = await claimAll(wanted, deps);
    const isElsewhere = ([item]: [RenderItem, string]): boolean => holders.has(item);
    await render(new Map([...wanted].filter((one) => !isElsewhere(one))));
    const [holder] = holders.values();
    if (!holder) return;
    deps.onWait(holder);
    await sleep(lookEveryMs, undefined, { signal: deps.signal });
    await look(new Map([...wanted].filter(isElsewhere)));
  }
}

/** @returns what is elsewhere, and who has it; the rest is ours */
async function claimAll(wanted: Keyed, { store, own, isAtWork }: TurnDeps): Promise<Map<RenderItem, Holder>> {
  const elsewhere = new Map<RenderItem, Holder>();
  const asked = new Map<string, Promise<boolean>>();
  /** Once an attempt: a unit's images have one holder, mostly. */
  const works = (holder: Holder): Promise<boolean> => {
    const id = `${holder.workflowId} ${holder.activityId} ${holder.attempt}`;
    const answer = asked.get(id) ?? isAtWork(holder);
    asked.set(id, answer);
    return answer;
  };
  await forEachAtOnce(wanted, claimsAtOnce, async ([item, key]) => {
    const holder = await claimed(store, key, own, works);
    if (holder) elsewhere.set(item, holder);
  });
  return elsewhere;
}

/** @returns null where it is ours now */
async function claimed(
  store: ArtifactStore,
  key: string,
  own: Holder,
  works: (holder: Holder) => Promise<boolean>,
): Promise<Holder | null> {
  const claimOf = (number: number): string => `renders/claims/${key.slice(0, 2)}/${key}-${number}`;
  for (;;) {
    const last = await lastRecord<RenderClaim>(store, claimOf);
    const holder = last?.value.holder;
    if (holder && holder.runId !== own.runId && (await works(holder))) return holder;
    const { first } = await store.putRecord<RenderClaim>(claimOf((last?.number ?? 0) + 1), { holder: own });
    if (first) return null;
  }
}
