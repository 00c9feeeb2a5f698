import type { z } from 'zod';
import type { Problem, Problems } from './input-error.js';
import { knownKeysAt, nearestKey, sectionsWith } from './keys.js';
import { wordFor, type KeyPath, type ProjectSource } from './source.js';

type Issue = z.core.$ZodIssue;

/** A broken rule of the schema as the sentences that a person reads; an issue may name several keys. */
export function addProblems(issue: Issue, source: ProjectSource, problems: Problems): void {
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const path = [...issue.path, key];
      problems.add(() => problemAt(source, path, unknownKey(issue.path, key) + commaHint(source, path), 'key'));
    }
  } else if (issue.code === 'invalid_union') addUnion(issue, source, problems);
  else problems.add(() => problemAt(source, issue.path, `'${dotted(issue.path)}' ${predicateOf(issue)}`));
}

/** `{ prompt: a woman, smiling }` is a prompt and a key `smiling` without a value. */
const commaHint = (source: ProjectSource, path: KeyPath): string =>
  source.isBareInBraces(path)
    ? ' If it belongs to the text before it, put quotes around the whole text: inside { } a comma ends it.'
    : '';

/** A problem at a key of the project, with its place in front. */
export function problemAt(
  source: ProjectSource,
  path: KeyPath,
  sentence: string,
  part: 'key' | 'value' = 'value',
): Problem {
  const place = source.placeOf(path, part);
  return { message: (place ? `${place}: ` : '') + sentence, key: dotted(path), place };
}

/** ['sweep', 'prompts', 1, 'id'] -> sweep.prompts[1].id; control characters and quotes are escaped. */
export function dotted(path: KeyPath): string {
  const joined = path.reduce<string>(
    (text, key) => text + (typeof key === 'number' ? `[${key}]` : (text && '.') + String(key)),
    '',
  );
  const escaped = JSON.stringify(joined).slice(1, -1);
  return escaped.length > 80 ? `${escaped.slice(0, 80)}…` : escaped;
}

function unknownKey(parent: KeyPath, key: string): string {
  const named = `'${dotted([...parent, key])}' is not a known key`;
  const known = knownKeysAt(parent);
  const nearest = nearestKey(key, known);
  if (nearest?.isNear) return `${named}; the nearest is '${dotted([...parent, nearest.key])}'.`;
  const sections = parent.length === 0 ? sectionsWith(key) : [];
  if (sections.length > 0)
    return `${named}; the nearest is '${sections.map((one) => `${one}.${key}`).join("' or '")}'.`;
  if (!nearest) return `${named}.`;
  return `${named} (known keys: ${known.join(', ')}).`;
}

/** A prompt is a text or {id, text}, steps are a list or words: speak of the form that the person chose. */
function addUnion(issue: z.core.$ZodIssueInvalidUnion, source: ProjectSource, problems: Problems): void {
  const hasParts = typeof issue.input === 'object' && issue.input !== null;
  const branch = issue.errors.find((issues) => issues.some((one) => one.path.length > 0 || 'keys' in one));
  if (hasParts && branch && !isCutText(issue.input as object)) {
    for (const one of branch) addProblems({ ...one, path: [...issue.path, ...one.path] } as Issue, source, problems);
    return;
  }
  // A list of the right kind that is too long or too short.
  const size = issue.errors.flat().find((one) => one.code === 'too_big' || one.code === 'too_small');
  if (size && Array.isArray(issue.input)) return addProblems({ ...size, path: issue.path }, source, problems);
  const hint = issue.message.includes('text') ? quotesHint(issue.input) : '';
  const said = `'${dotted(issue.path)}' ${issue.message}, not ${wordFor(issue.input)}${hint}.`;
  problems.add(() => problemAt(source, issue.path, said));
}

/** `- portrait photo: a woman` is a key and its value. */
const isCutText = (mapping: object): boolean => {
  const [key, ...more] = Object.keys(mapping);
  return key !== undefined && more.length === 0 && /\s/.test(key);
};

/** Where YAML has made something else of what was most likely meant as a text. */
function quotesHint(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return ': put quotes around it if it is text';
  if (Array.isArray(value)) return ': put quotes around the whole text if it begins with a bracket';
  const isText = typeof value === 'object' && value !== null && isCutText(value);
  return isText ? ": put quotes around the whole text, since ': ' ends a key" : '';
}

const typeWords: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping of keys and values',
  array: 'a list',
  record: 'a mapping of keys and values',
};

function predicateOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing.';
      return `must be ${typeWords[issue.expected] ?? issue.expected}, not ${wordFor(issue.input)}${issue.expected === 'string' ? quotesHint(issue.input) : ''}.`;
    case 'invalid_value':
      return `must be ${listed(issue.values.map(String))}, not ${wordFor(issue.input)}${nearestValue(issue)}.`;
    case 'too_small':
      return `must ${sizeWords(issue.origin, issue.minimum, 'least')}, ${foundSize(issue.origin, issue.input)}.`;
    case 'too_big':
      return `must ${sizeWords(issue.origin, issue.maximum, 'most')}, ${foundSize(issue.origin, issue.input)}.`;
    case 'invalid_format':
      return `${issue.message}, not ${wordFor(issue.input)}.`;
    default:
      return `${issue.message}.`;
  }
}

function nearestValue(issue: z.core.$ZodIssueInvalidValue): string {
  if (typeof issue.input !== 'string') return '';
  const nearest = nearestKey(issue.input, issue.values.map(String));
  return nearest?.isNear ? `; the nearest is '${nearest.key}'` : '';
}

function sizeWords(origin: string, limit: number | bigint, end: 'least' | 'most'): string {
  if (origin === 'string') return `have at ${end} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array' || origin === 'set') return `have at ${end} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  return `be at ${end} ${limit}`;
}

function foundSize(origin: string, input: unknown): string {
  if (origin === 'string') return `not ${String(input).length}`;
  if (Array.isArray(input)) return `not ${input.length}`;
  return `not ${String(input)}`;
}

function listed(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
