/**
 * A seed for one picture, derived from the project's seed and what the picture is for: the same project asks for the
 * same pictures in every run. FNV-1a, 32 bit (http://www.isthe.com/chongo/tech/comp/fnv/).
 */
export function seedOf(base: number, ...purpose: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of [base, ...purpose].join('/')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}
