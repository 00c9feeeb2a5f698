/** What a Hugging Face `tokenizer.json` of a CLIP model holds, of what is used here. */
export interface TokenizerFile {
  model: { vocab: Record<string, number>; merges: (string | [string, string])[] };
}

/** CLIP's text encoder takes this many tokens, no more, no fewer. */
export const contextLength = 77;

const start = '<|startoftext|>';
const end = '<|endoftext|>';
const endOfWord = '</w>';
/** As in openai/CLIP, simple_tokenizer.py: contractions, runs of letters, single digits, runs of other signs. */
const words = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;

/**
 * CLIP's byte-level BPE: a text as `contextLength` token ids, padded with the end token; a longer text is cut.
 * @throws RangeError where the file is no CLIP tokenizer
 */
export function createTokenizer({ model }: TokenizerFile): (text: string) => number[] {
  const ranks = new Map(model.merges.map((merge, rank) => [typeof merge === 'string' ? merge : merge.join(' '), rank]));
  const idOf = new Map(Object.entries(model.vocab));
  const [first, last] = [idOf.get(start), idOf.get(end)];
  if (first === undefined || last === undefined) throw new RangeError(`its tokenizer.json has no ${start} and ${end}`);
  return (text) => {
    const clean = text.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
    const pieces = [...clean.matchAll(words)].flatMap(([word]) => mergeWord(word, ranks));
    const ids = pieces.map((piece) => idOf.get(piece) ?? last).slice(0, contextLength - 2);
    return [first, ...ids, ...Array<number>(contextLength - 1 - ids.length).fill(last)];
  };
}

/** Joins the neighbours of the lowest rank until no pair is known. */
function mergeWord(word: string, ranks: ReadonlyMap<string, number>): string[] {
  const pieces = Array.from(Buffer.from(word, 'utf8'), (byte) => letterOf(byte));
  pieces[pieces.length - 1] += endOfWord;
  while (pieces.length > 1) {
    let best: { at: number; rank: number } | null = null;
    for (let at = 0; at < pieces.length - 1; at++) {
      const rank = ranks.get(`${pieces[at]} ${pieces[at + 1]}`);
      if (rank !== undefined && (best === null || rank < best.rank)) best = { at, rank };
    }
    if (best === null) break;
    pieces.splice(best.at, 2, pieces[best.at] + pieces[best.at + 1]);
  }
  return pieces;
}

/** GPT-2's letters for bytes: printable ones stand for themselves, the others for letters from U+0100 on, in order. */
function letterOf(byte: number): string {
  if (isPrintable(byte)) return String.fromCharCode(byte);
  let before = 0;
  for (let other = 0; other < byte; other++) if (!isPrintable(other)) before++;
  return String.fromCharCode(256 + before);
}

const isPrintable = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
