import { summaryOf, type MeasuredSet, type ScoreSummary } from './score-summary.js';

/** What a second embedder says of the same pictures. A dataset made by one embedder fools that one, seldom another. */
export interface EmbedderAgreement {
  embedder: string;
  threshold: number;
  summary: ScoreSummary;
  /** Rank correlation (Spearman) of the two identities over pictures that both found a face in; null below three. */
  correlation: number | null;
  /** Pictures where one sees the person and the other does not. */
  disagree: Disagreement[];
}

export interface Disagreement {
  path: string;
  /** By the first and the second embedder; null where it found no face. */
  identity: number | null;
  crossIdentity: number | null;
  /** One sentence. */
  why: string;
}

export function agreementOf(first: MeasuredSet, second: MeasuredSet): EmbedderAgreement {
  const { embedder, set } = second;
  const pairs = first.set.images.flatMap(({ path, identity, error }, index) => {
    const other = set.images[index];
    return error === undefined && other.error === undefined ? [{ path, identity, crossIdentity: other.identity }] : [];
  });
  const both = pairs.flatMap(({ identity, crossIdentity }) =>
    identity === null || crossIdentity === null ? [] : [[identity, crossIdentity]],
  );
  return {
    embedder: embedder.name,
    threshold: embedder.threshold,
    summary: summaryOf(set, embedder.threshold),
    correlation:
      both.length < 3
        ? null
        : spearman(
            both.map(([one]) => one),
            both.map(([, other]) => other),
          ),
    disagree: pairs.flatMap((pair) => {
      const why = disagreement(pair, first.embedder, embedder);
      return why === null ? [] : [{ ...pair, why }];
    }),
  };
}

interface Side {
  name: string;
  threshold: number;
}

function disagreement(
  { identity, crossIdentity }: Pick<Disagreement, 'identity' | 'crossIdentity'>,
  first: Side,
  second: Side,
): string | null {
  if (identity === null && crossIdentity === null) return null;
  if (identity === null) return `only ${second.name} finds a face`;
  if (crossIdentity === null) return `only ${first.name} finds a face`;
  const [own, other] = [identity >= first.threshold, crossIdentity >= second.threshold];
  if (own === other) return null;
  const [yes, no] = own ? [first, second] : [second, first];
  return `${yes.name} recognises the person, ${no.name} does not`;
}

/** Pearson's correlation of the ranks; equal values share the mean of their ranks. 0 where one side does not vary. */
export function spearman(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [ranksOf(first), ranksOf(second)];
  const middle = (first.length + 1) / 2;
  let [shared, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    shared += (a[i] - middle) * (b[i] - middle);
    squareA += (a[i] - middle) ** 2;
    squareB += (b[i] - middle) ** 2;
  }
  const scale = Math.sqrt(squareA * squareB);
  return scale > 0 ? Number((shared / scale).toFixed(4)) : 0;
}

function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
