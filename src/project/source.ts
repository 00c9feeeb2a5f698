import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, readRegular } from '../files/regular-file.js';
import { InputError, type Problem } from './input-error.js';
import { nestsTooDeeply } from './nesting.js';
import { trapsOf, type Trap } from './yaml-traps.js';
import { quotesNeededAt, sentenceOf } from './yaml-words.js';

/** Stops `&a [*b, *b, ...]` bombs: more aliases than any honest project needs. */
const maxAliasCount = 64;
/** After these the rest are mostly consequences of the first. */
const maxSyntaxProblems = 5;

export type KeyPath = readonly PropertyKey[];

/** What a person wrote, and where each part of it stands. */
export interface ProjectSource {
  value: Record<string, unknown>;
  /** `file:line:column` of a value (or, for `part` key, of its key); the nearest parent's where it has none of its own. */
  placeOf(path: KeyPath, part?: 'key' | 'value'): string | null;
  /** Whether it is a key in `{ }` without a value, which may be a part of the text before it. */
  isBareInBraces(path: KeyPath): boolean;
  /** What the parser has taken and can't be meant, and what may not be meant. */
  problems: Problem[];
  notes: string[];
}

/**
 * Reads a YAML project file.
 * @throws InputError when there is no file, or it is no YAML mapping; every syntax error at once.
 */
export async function readProjectSource(path: string): Promise<ProjectSource> {
  const text = await readText(path);
  const lines = new LineCounter();
  const document = parse(text, lines, path);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  if (document.errors.length > 0) throw new InputError(syntaxProblems(document, text, place));
  const { problems, notes, isTooDeep } = trapsOf(document, text);
  if (isTooDeep) throw tooDeep(path);
  const said = ({ offset, sentence }: Trap): string => `${place(offset)}: ${sentence}`;
  return {
    value: toPlain(document, path),
    placeOf: (at, part = 'value') => place(offsetOf(document.contents, at, part)),
    isBareInBraces: (at) => isBareInBraces(document, at),
    problems: problems.map((trap) => ({ message: said(trap), key: null, place: place(trap.offset) })),
    notes: notes.map(said),
  };
}

/** A project given by a program: no file, so no places. */
export function projectSourceOfObject(value: unknown): ProjectSource {
  if (!isPlainMapping(value)) throw InputError.of('A project must be an object with keys such as name and anchor.');
  return { value: structuredClone(value), placeOf: () => null, isBareInBraces: () => false, problems: [], notes: [] };
}

/** One problem a place: a bracket left open is reported again by everything that encloses it. */
function syntaxProblems(document: Document, text: string, place: (offset: number) => string): Problem[] {
  const byPlace = new Map<string, Problem>();
  for (const { code, pos, message } of document.errors) {
    const { offset, sentence } = quotesNeededAt(text, pos[0]) ?? {
      offset: pos[0],
      sentence: sentenceOf(code, message),
    };
    const at = place(offset);
    if (!byPlace.has(at)) byPlace.set(at, { message: `${at}: ${sentence}`, key: null, place: at });
    if (byPlace.size === maxSyntaxProblems) break;
  }
  return [...byPlace.values()];
}

async function readText(path: string): Promise<string> {
  const bytes = await readRegular(path, { maxBytes: fileLimits.project }).catch((error: unknown) => {
    throw InputError.of(readingFailure(path, error));
  });
  if (bytes.includes(0)) throw InputError.of(`${path} is a binary file, but a project file is YAML text.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw InputError.of(`${path} is not UTF-8 text: save it as UTF-8.`);
  }
}

function readingFailure(path: string, error: unknown): string {
  if (!(error instanceof ForeignFileError)) return `${path} can't be read: ${(error as Error).message}.`;
  if (error.kind === 'missing') return `There is no project file ${path}; \`azit init\` writes one for you to edit.`;
  if (error.kind === 'too-large') return `${path} is larger than 1 MiB, the limit for a project file.`;
  if (error.reason.includes('a folder')) return `${path} is a folder: give the path of the project file in it.`;
  return error.message;
}

const tooDeep = (path: string): InputError => InputError.of(`${path} can't be parsed: it is nested too deeply.`);

function parse(text: string, lines: LineCounter, path: string): Document {
  if (nestsTooDeeply(text)) throw tooDeep(path);
  let document: Document;
  try {
    // Its own search for keys that stand twice compares each with each.
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  } catch {
    throw tooDeep(path);
  }
  if (document.errors.some((error) => error.message.includes('call stack'))) throw tooDeep(path);
  return document;
}

function toPlain(document: Document, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount });
  } catch {
    throw InputError.of(`${path} can't be used: its YAML aliases expand to too much data, or refer to themselves.`);
  }
  if (value === null || value === undefined)
    throw InputError.of(`${path} is empty; \`azit init\` writes a project file for you to edit.`);
  if (!isPlainMapping(value))
    throw InputError.of(`${path} must contain keys and values such as \`name: mina\`, not ${wordFor(value)}.`);
  return value;
}

function isPlainMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is, in a person's words. */
export function wordFor(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'boolean') return `the boolean ${value}`;
  if (typeof value === 'number') return `the number ${value}`;
  return `the text ${JSON.stringify(shortened(String(value)))}`;
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

function offsetOf(root: unknown, path: KeyPath, part: 'key' | 'value'): number {
  let offset = startOf(root) ?? 0;
  let node = root;
  for (const [depth, key] of path.entries()) {
    const isLast = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      if (isLast && part === 'key') return offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
    } else return offset;
    offset = startOf(node) ?? offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function isBareInBraces(document: Document, path: KeyPath): boolean {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent) || parent.flow !== true) return false;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  return pair !== undefined && (pair.value === null || pair.value === undefined);
}
