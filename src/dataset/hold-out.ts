/** A kept picture that may be held out. Angles in degrees, as asked or as measured. */
export interface HoldOutCandidate {
  /** Null: it can't serve as a reference, as no pose is known, or other images were edited from it. */
  yaw: number | null;
  /** Degrees; positive: looking up. */
  pitch?: number;
}

/** With fewer nothing can be both trained on and held out. */
const fewestPictures = 4;

/**
 * How many of the pictures offered a person has to leave: twice those to be held out, as at least as many are trained on.
 * Where the project holds out more than a quarter of what is offered, a quarter counts.
 */
export const fewestLeft = (offered: number, heldOut: number): number =>
  Math.max(fewestPictures, 2 * Math.min(heldOut, Math.floor(offered / 4)));

/** Width of a bin of yaws: references are compared with renders of about the same pose. */
const yawBinDegrees = 30;

/**
 * Which pictures to keep out of training, for scoring: indices, ascending. In turn from the frontal bin outwards, so
 * that a frontal one is always among them and every pose has a reference before any has two. At least half remain for
 * training, and no bin is emptied while another can give. Deterministic.
 */
export function chooseHeldOut(candidates: readonly HoldOutCandidate[], count: number): number[] {
  const wanted = Math.min(count, Math.floor(candidates.length / 2));
  const bins = binsByYaw(candidates);
  const chosen = takeInTurn(bins, wanted, 1);
  return [...chosen, ...takeInTurn(bins, wanted - chosen.length, 0)].sort((a, b) => a - b);
}

/** The frontal bin first, then outwards; in each bin the most level picture first. */
function binsByYaw(candidates: readonly HoldOutCandidate[]): number[][] {
  const bins = new Map<number, { index: number; level: number }[]>();
  for (const [index, { yaw, pitch = 0 }] of candidates.entries()) {
    if (yaw === null) continue;
    const bin = Math.round(yaw / yawBinDegrees) + 0;
    bins.set(bin, [...(bins.get(bin) ?? []), { index, level: Math.abs(pitch) }]);
  }
  const outwards = [...bins].sort(([a], [b]) => Math.abs(a) - Math.abs(b) || a - b);
  return outwards.map(([, members]) =>
    members.sort((a, b) => a.level - b.level || a.index - b.index).map(({ index }) => index),
  );
}

/** Takes from the bins (and out of them) round by round, leaving `leave` in each. */
function takeInTurn(bins: number[][], wanted: number, leave: number): number[] {
  const taken: number[] = [];
  for (let before = -1; taken.length > before && taken.length < wanted;) {
    before = taken.length;
    for (const bin of bins) if (taken.length < wanted && bin.length > leave) taken.push(bin.shift()!);
  }
  return taken;
}
