import type { z } from 'zod';
import type { Problem } from './input-error.js';
import { knownKeysAt, nearestKey, sectionsWith } from './keys.js';
import { wordFor, type KeyPath, type ProjectSource } from './source.js';

type Issue = z.core.$ZodIssue;

/** A broken rule of the schema as the sentences that a person reads; an issue may name several keys. */
export function problemsOf(issue: Issue, source: ProjectSource): Problem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return problemAt(source, path, unknownKey(issue.path, key), 'key');
    });
  if (issue.code === 'invalid_union') return ofUnion(issue, source);
  const said = `'${dotted(issue.path)}' ${predicateOf(issue)}`;
  return [problemAt(source, issue.path, said)];
}

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
  return `${named}; the nearest is '${dotted([...parent, nearest.key])}' (there are: ${known.join(', ')}).`;
}

/** A prompt is a text or {id, text}: speak of the form that the person chose. */
function ofUnion(issue: z.core.$ZodIssueInvalidUnion, source: ProjectSource): Problem[] {
  const isMapping = typeof issue.input === 'object' && issue.input !== null && !Array.isArray(issue.input);
  const branch = issue.errors.find((issues) => issues.some((one) => one.path.length > 0 || 'keys' in one));
  if (isMapping && branch)
    return branch.flatMap((one) => problemsOf({ ...one, path: [...issue.path, ...one.path] } as Issue, source));
  const said = `'${dotted(issue.path)}' must be a text or {id, text}, not ${wordFor(issue.input)}.`;
  return [problemAt(source, issue.path, said)];
}

const typeWords: Record<string, string> = {
  string: 'a text',
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
      return `must be ${typeWords[issue.expected] ?? issue.expected}, not ${wordFor(issue.input)}.`;
    case 'invalid_value':
      return `must be ${listed(issue.values.map(String))}, not ${wordFor(issue.input)}${nearestValue(issue)}.`;
    case 'too_small':
      return `must ${sizeWords(issue.origin, issue.minimum, 'least')}, ${foundSize(issue.origin, issue.input)}.`;
    case 'too_big':
      return `must ${sizeWords(issue.origin, issue.maximum, 'most')}, ${foundSize(issue.origin, issue.input)}.`;
    case 'invalid_format':
      return `${issue.message}, not ${wordFor(issue.input)}.`;
    default:
      return `is wrong: ${issue.message}.`;
  }
}

function nearestValue(issue: z.core.$ZodIssueInvalidValue): string {
  if (typeof issue.input !== 'string') return '';
  const nearest = nearestKey(issue.input, issue.values.map(String));
  return nearest?.isNear ? `; the nearest is '${nearest.key}'` : '';
}

function sizeWords(origin: string, limit: number | bigint, end: 'least' | 'most'): string {
  if (origin === 'string') return `have at ${end} ${limit} ${limit === 1 ? 'letter' : 'letters'}`;
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
