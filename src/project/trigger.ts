import { createHash } from 'node:crypto';

const shortestTrigger = 4;

/**
 * The trigger word of a project that names none: a token that no model knows, made of the name's letters and a z,
 * always the same for the same name. mina -> mnaz; a name without Latin letters gets letters from its hash.
 */
export function triggerOf(name: string): string {
  const letters = foldToLatin(name);
  const skeleton = letters.slice(0, 1) + letters.slice(1, -1).replace(/[aeiou]/g, '') + letters.slice(1).slice(-1);
  const stem = skeleton.slice(0, 3);
  return stem + lettersOfHash(name).slice(0, shortestTrigger - 1 - stem.length) + 'z';
}

function foldToLatin(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}

function lettersOfHash(name: string): string {
  const consonants = 'bcdfghjklmnpqrstvwx';
  return [...createHash('sha256').update(name).digest()].map((byte) => consonants[byte % consonants.length]).join('');
}
