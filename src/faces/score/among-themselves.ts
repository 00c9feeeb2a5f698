import { cosine } from '../engine/embedding.js';

/**
 * Of each face of a set its highest cosine to another one of the largest group that the embedder takes for one person;
 * null for a picture without a face, and for all where no group holds more than half of the faces.
 */
export function likenessAmong(faces: readonly (Float32Array | null)[], threshold: number): (number | null)[] {
  const known = faces.flatMap((embedding, at) => (embedding ? [{ at, embedding }] : []));
  const group = known.map((_, index) => index);
  const top = (index: number): number => (group[index] === index ? index : (group[index] = top(group[index])));
  for (const [a, one] of known.entries())
    for (const [b, other] of known.slice(0, a).entries())
      if (cosine(one.embedding, other.embedding) >= threshold) group[top(a)] = top(b);
  const sizes = new Map<number, number>();
  for (const index of group.keys()) sizes.set(top(index), (sizes.get(top(index)) ?? 0) + 1);
  const [largest, size] = [...sizes].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [-1, 0]);
  const likeness = faces.map((): number | null => null);
  if (size < 2 || size * 2 <= known.length) return likeness;
  const members = known.filter((_, index) => top(index) === largest);
  for (const { at, embedding } of known)
    likeness[at] = members.reduce(
      (best, member) => (member.at === at ? best : Math.max(best, cosine(embedding, member.embedding))),
      -1,
    );
  return likeness;
}
