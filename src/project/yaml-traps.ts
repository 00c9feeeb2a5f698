import { isAlias, isCollection, isMap, isPair, isScalar, type Document, type Node, type Pair, type Scalar } from 'yaml';
import { cutAtHash, keyTwice, leftOutOfText } from './yaml-words.js';

export interface Trap {
  offset: number;
  sentence: string;
}

export interface Traps {
  /** What can't be meant. */
  problems: Trap[];
  /** What may be meant, and may not. */
  notes: Trap[];
  isTooDeep: boolean;
}

/** Deeper than any key of a project; what reads it later recurses. */
const deepest = 64;
/** After these the rest only costs time. */
const mostFound = 20;
/** Keys whose values are texts of a person. */
const textKeys = new Set(['prompt', 'prompts', 'text', 'consent', 'name', 'trigger', 'image', 'images']);
/** No value of these holds a #. */
const wordKeys = new Set(['name', 'trigger']);

/** What the parser takes without a word: keys that stand twice, texts that lose a part. Without recursion, each node once. */
export function trapsOf(document: Document, text: string): Traps {
  const found: Traps = { problems: [], notes: [], isTooDeep: false };
  const anchors: Scalar[] = [];
  const aliases = new Set<string>();
  const left: { node: unknown; key: string; depth: number }[] = [{ node: document.contents, key: '', depth: 0 }];
  for (let entry = left.pop(); entry; entry = left.pop()) {
    const { node, key, depth } = entry;
    if (depth > deepest) return { ...found, isTooDeep: true };
    if (isAlias(node)) aliases.add(node.source);
    else if (isScalar(node)) {
      if (!textKeys.has(key)) continue;
      if (node.anchor !== undefined) anchors.push(node);
      lookAtText(node, key, text, found);
    } else if (isCollection(node)) {
      if (isMap(node)) findTwice(node.items, found);
      for (const item of node.items)
        if (!isPair(item)) left.push({ node: item, key, depth: depth + 1 });
        else left.push({ node: item.value, key: isScalar(item.key) ? String(item.key.value) : '', depth: depth + 1 });
    }
  }
  for (const node of anchors)
    if (!aliases.has(node.anchor!) && typeof node.value === 'string' && node.value !== '')
      add(found.problems, { offset: anchorAt(node, text), sentence: leftOutOfText(`&${node.anchor}`) });
  for (const { code, pos } of document.warnings)
    if (code === 'TAG_RESOLVE_FAILED')
      add(found.problems, { offset: pos[0], sentence: leftOutOfText(text.slice(pos[0], pos[1])) });
  return found;
}

function findTwice(items: readonly Pair[], { problems }: Traps): void {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) add(problems, { offset: key.range?.[0] ?? 0, sentence: keyTwice });
    seen.add(name);
  }
}

function lookAtText({ value, comment, type, range }: Scalar, key: string, text: string, found: Traps): void {
  const isPlain = type === 'PLAIN' && (typeof value === 'string' || value === null);
  if (!isPlain || !comment || !range) return;
  const between = text.slice(range[1], text.indexOf('#', range[1]));
  if (between.includes('\n')) return;
  const isSpaced = /^\s/.test(comment);
  // Set off on both sides, or where no text can hold a #: a comment, as `azit init` writes them.
  if (isSpaced && (between.length > 1 || wordKeys.has(key))) return;
  const trap = { offset: range[0], sentence: cutAtHash(String(value ?? ''), comment.split('\n')[0]) };
  add(isSpaced ? found.notes : found.problems, trap);
}

const anchorAt = ({ anchor, range }: Node & { anchor?: string }, text: string): number =>
  Math.max(0, text.lastIndexOf(`&${anchor}`, range?.[0]));

function add(traps: Trap[], trap: Trap): void {
  if (traps.length < mostFound) traps.push(trap);
}
