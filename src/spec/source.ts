import { open } from 'node:fs/promises';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { InputError, type Problem } from './input-error.js';

/** A project file is a page or two; anything larger was not meant to be one. */
const maxFileBytes = 1024 * 1024;
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
  if (document.errors.length > 0) throw new InputError(syntaxProblems(document, place));
  const value = toPlain(document, path);
  return { value, placeOf: (at, part = 'value') => place(offsetOf(document.contents, at, part)) };
}

/** A project given by a program: no file, so no places. */
export function projectSourceOfObject(value: unknown): ProjectSource {
  if (!isPlainMapping(value)) throw InputError.of('A project must be an object with keys such as name and anchor.');
  return { value: structuredClone(value), placeOf: () => null };
}

/** One problem a place: a bracket left open is reported again by everything that encloses it. */
function syntaxProblems(document: Document, place: (offset: number) => string): Problem[] {
  const byPlace = new Map<string, Problem>();
  for (const { pos, message } of document.errors) {
    const at = place(pos[0]);
    if (!byPlace.has(at)) byPlace.set(at, { message: `${at}: ${sentenceOf(message)}`, key: null, place: at });
  }
  return [...byPlace.values()].slice(0, maxSyntaxProblems);
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(path);
  } catch (error) {
    throw InputError.of(readingFailure(path, error as NodeJS.ErrnoException));
  }
  if (bytes.length > maxFileBytes)
    throw InputError.of(`${path} is larger than 1 MiB: a project file is a page or two of YAML.`);
  if (bytes.includes(0)) throw InputError.of(`${path} is a binary file: a project file is YAML text.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw InputError.of(`${path} is not UTF-8 text: save it as UTF-8.`);
  }
}

/** Reads one byte more than allowed at most, whatever the path names (a pipe and /dev/zero never end). */
async function readBounded(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(maxFileBytes + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await file.close();
  }
}

function readingFailure(path: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return `There is no project file ${path}; \`azit init\` writes one to start from.`;
  if (error.code === 'EISDIR') return `${path} is a folder: name the project file in it.`;
  if (error.code === 'EACCES') return `${path} can't be read: you have no permission.`;
  return `${path} can't be read: ${error.message}.`;
}

function parse(text: string, lines: LineCounter, path: string): Document {
  // The parser recurses: brackets nested some thousands deep end its stack, which it throws or reports.
  const tooDeep = InputError.of(`${path} can't be parsed: it is nested too deeply.`);
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  } catch {
    throw tooDeep;
  }
  if (document.errors.some((error) => error.message.includes('call stack'))) throw tooDeep;
  return document;
}

function toPlain(document: Document, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount });
  } catch {
    throw InputError.of(`${path} can't be used: its YAML aliases unfold to too much, or to themselves.`);
  }
  if (value === null || value === undefined)
    throw InputError.of(`${path} is empty; \`azit init\` writes a project to start from.`);
  if (!isPlainMapping(value))
    throw InputError.of(`${path} must hold keys and values such as \`name: mina\`, not ${wordFor(value)}.`);
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
  if (typeof value === 'boolean') return `the truth value ${value}`;
  if (typeof value === 'number') return `the number ${value}`;
  return `the text ${JSON.stringify(shortened(String(value)))}`;
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

function sentenceOf(message: string): string {
  const oneLine = message.replace(/\s*\n\s*/g, ' ').trim();
  if (/map keys must be unique/i.test(oneLine)) return 'this key stands here twice: keep one of them.';
  return /[.!?]$/.test(oneLine) ? oneLine : `${oneLine}.`;
}

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
