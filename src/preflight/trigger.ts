import { createHash } from 'node:crypto';
import type { Piece, PieceTokenizer } from './tokenizer.js';

/** A word this short is a part of many others. */
const shortest = 4;
/** The first tenth of a vocabulary: letters, syllables, everyday words. */
const commonBelow = 0.1;
/** One piece is a word that the model has met often enough to keep it whole, unless it is of the last tenth. */
const rareFrom = 0.9;
const wordLetters = 3;

/** What speaks against a trigger word, in parts of a sentence that follow the word; none: nothing does. */
export function triggerProblems(trigger: string, tokenizers: readonly PieceTokenizer[]): string[] {
  const byRule = [
    ...(isCommonWord(trigger) ? ['is a word that models know already'] : []),
    ...([...trigger].length < shortest ? [`has fewer than ${shortest} letters`] : []),
    ...(/\p{N}/u.test(trigger) ? ['contains digits, which models read one by one and know from elsewhere'] : []),
  ];
  // A caption begins with it, a prompt has it after a space: some vocabularies tell the two apart.
  const byPieces = tokenizers.flatMap((tokenizer) => {
    const found = [trigger, ` ${trigger}`].flatMap((text) => problemOf(tokenizer.piecesOf(text)) ?? []);
    return found.length > 0 ? [`${found[0]} (${tokenizer.vocabulary})`] : [];
  });
  return [...byRule, ...byPieces];
}

function problemOf(all: Piece[]): string | null {
  const pieces = all.filter(({ text }) => text !== '');
  const listed = pieces.map(({ text }) => `'${text}'`).join(', ');
  const [first] = pieces;
  if (pieces.length === 1 && first.rarity < rareFrom) return `is one token, ${listed}: a word that the model knows`;
  if (pieces.length > 1 && pieces.every(({ text }) => [...text].length >= wordLetters && /^\p{L}+$/u.test(text)))
    return `falls apart into known words: ${listed}`;
  if (pieces.length > 1 && pieces.every(({ rarity }) => rarity < commonBelow))
    return `falls apart into common pieces: ${listed}`;
  return null;
}

/** In words, how each vocabulary reads it: `'mn', 'az' (Qwen)`. */
export const piecesWords = (trigger: string, tokenizers: readonly PieceTokenizer[]): string =>
  tokenizers
    .map((tokenizer) => {
      const pieces = tokenizer.piecesOf(trigger).filter(({ text }) => text !== '');
      return `${pieces.map(({ text }) => `'${text}'`).join(', ')} (${tokenizer.vocabulary})`;
    })
    .join('; ');

const tried = 600;
const letters = 'bcdfghjklmnpqrstvwxzao';

/** Words like the trigger against which nothing speaks, those of the fewest pieces first. Always the same for one trigger. */
export function betterTriggers(trigger: string, tokenizers: readonly PieceTokenizer[], wanted = 3): string[] {
  const candidates = [...new Set(Array.from({ length: tried }, (_, at) => candidateOf(trigger, at)))];
  const sound = candidates.filter((word) => triggerProblems(word, tokenizers).length === 0);
  const pieces = new Map(
    sound.map((word) => [word, tokenizers.reduce((sum, one) => sum + one.piecesOf(word).length, 0)]),
  );
  return sound.toSorted((a, b) => (pieces.get(a) ?? 0) - (pieces.get(b) ?? 0)).slice(0, wanted);
}

/** Four or five letters, the first that of the trigger, at least one of them seldom. */
function candidateOf(trigger: string, at: number): string {
  const bytes = createHash('sha256').update(`${trigger} ${at}`).digest();
  const first = /^[a-z]/i.test(trigger) ? trigger[0].toLowerCase() : letters[bytes[0] % letters.length];
  const rest = [...bytes.subarray(1, 4 + (bytes[5] % 2))].map((byte) => letters[byte % letters.length]).join('');
  const seldom = 'zxqvkwj';
  return /[zxqvkwj]/.test(rest) ? first + rest : first + rest.slice(0, -1) + seldom[bytes[6] % seldom.length];
}

/** Words that people are tempted to use as a trigger, and that every model knows. */
const words =
  'woman women girl girls lady female man men boy boys guy male person people human face head portrait photo photograph ' +
  'picture image model actor actress singer idol star dancer hero queen king prince princess angel baby child kid mother ' +
  'father mom dad sister brother friend wife husband me myself self name subject character style art beauty beautiful ' +
  'pretty cute love heart rose lily daisy ruby pearl amber jade ivy hope grace faith joy sky sun moon luna ocean river ' +
  'rain snow winter summer spring autumn april may june august red blue green black white grey gray pink gold golden ' +
  'silver blonde brown dark light fire ice stone storm wolf fox cat dog bird tiger lion bear anna emma mary maria sara ' +
  'sarah lisa laura julia jane kate alice sophie sophia olivia mia ella eva lena nina mina yuna jimin suzy john james ' +
  'peter paul mark max leo tom tim ben sam alex david daniel michael thomas test trigger token lora training dataset new';

const known = new Set(words.split(' '));

const isCommonWord = (word: string): boolean => known.has(word.toLowerCase());
