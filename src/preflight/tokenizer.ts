import { join } from 'node:path';
import { readRegularText } from '../files/regular-file.js';
import type { Vocabulary } from './training-facts.js';

/** A part of a text as the model reads it. */
export interface Piece {
  text: string;
  /** 0 to 1: its place in the vocabulary, which begins with what is commonest. */
  rarity: number;
}

export interface PieceTokenizer {
  vocabulary: Vocabulary;
  piecesOf(text: string): Piece[];
}

/** Qwen 3 has 11 MB of vocabulary; nothing of the kind has ten times that. */
const maxBytes = 64 * 1024 * 1024;

/** Only words and merges are taken from the files; how text is cut before is written here, as the models' own files have it. */
const rules: Record<Vocabulary, { normalizer: object; preTokenizer: object }> = {
  CLIP: {
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    preTokenizer: splitBy("'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+", 'Removed', true),
  },
  Qwen: {
    normalizer: { type: 'NFC' },
    preTokenizer: splitBy(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      'Isolated',
      false,
    ),
  },
  T5: {
    normalizer: { type: 'NFKC' },
    preTokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'WhitespaceSplit' },
        { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always' },
      ],
    },
  },
};

function splitBy(regex: string, behavior: string, invert: boolean): object {
  const cut = { type: 'Split', pattern: { Regex: regex }, behavior, invert };
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return { type: 'Sequence', pretokenizers: [cut, bytes] };
}

/** @throws Error, with the reason, where the folder holds no such vocabulary */
export async function openTokenizer(vocabulary: Vocabulary, folder: string): Promise<PieceTokenizer> {
  const { Tokenizer } = await import('@huggingface/tokenizers');
  const model = vocabulary === 'T5' ? await unigram(folder) : await bytePairs(folder, vocabulary === 'CLIP');
  const { normalizer, preTokenizer } = rules[vocabulary];
  const definition = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer,
    pre_tokenizer: preTokenizer,
    post_processor: null,
    decoder: null,
    model: model.definition,
  };
  const tokenizer = new Tokenizer(definition, {});
  return {
    vocabulary,
    piecesOf(text) {
      const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: false });
      return tokens.map((token, at) => ({ text: plain(token), rarity: ids[at] / model.size }));
    },
  };
}

/** Without what marks where a word begins or ends. */
const plain = (token: string): string => token.replace(/^[Ġ▁]+|<\/w>$/g, '');

async function bytePairs(folder: string, marksEnds: boolean): Promise<{ definition: object; size: number }> {
  const vocab = await jsonOf(join(folder, 'vocab.json'));
  const lines = (await readRegularText(join(folder, 'merges.txt'), { maxBytes })).split('\n');
  const merges = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#version'));
  return {
    size: Object.keys(vocab).length,
    definition: {
      type: 'BPE',
      dropout: null,
      unk_token: marksEnds ? '<|endoftext|>' : null,
      continuing_subword_prefix: '',
      end_of_word_suffix: marksEnds ? '</w>' : '',
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges,
    },
  };
}

async function unigram(folder: string): Promise<{ definition: object; size: number }> {
  const { model } = (await jsonOf(join(folder, 'tokenizer.json'))) as { model?: { vocab?: unknown; unk_id?: unknown } };
  if (!Array.isArray(model?.vocab)) throw new Error(`${join(folder, 'tokenizer.json')} has no vocabulary`);
  return { size: model.vocab.length, definition: { type: 'Unigram', vocab: model.vocab, unk_id: model.unk_id ?? 2 } };
}

async function jsonOf(path: string): Promise<object> {
  const value: unknown = JSON.parse(await readRegularText(path, { maxBytes }));
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is no vocabulary`);
  return value;
}
