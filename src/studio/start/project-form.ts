import { stringify } from 'yaml';
import { z } from 'zod';
import { projectSchema } from '../../project/schema.js';

/** A key of the project file that a form can ask for. */
export interface FormField {
  /** Dotted, e.g. `anchor.prompt`. */
  key: string;
  kind: 'text' | 'long' | 'number' | 'whole' | 'choice' | 'yes' | 'list';
  options: readonly string[];
  /** In words, as a placeholder. */
  fallback: string | null;
  min: number | null;
  max: number | null;
  isRequired: boolean;
}

interface Node {
  type?: string;
  enum?: string[];
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  anyOf?: Node[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
}

/** These want a text editor, or are not for a person to change. */
const notAsked = new Set(['azit', 'training.override', 'graphs', 'sweep.prompts', 'editorial.prompts']);

/** What the JSON Schema of project files allows, as fields. */
export function formFields(): FormField[] {
  const schema = z.toJSONSchema(projectSchema, { io: 'input' }) as Node;
  return fieldsIn(schema, '');
}

function fieldsIn({ properties = {}, required = [] }: Node, under: string): FormField[] {
  return Object.entries(properties).flatMap(([name, node]): FormField[] => {
    const key = under === '' ? name : `${under}.${name}`;
    if (notAsked.has(key)) return [];
    if (node.properties) return fieldsIn(node, key);
    const kind = kindOf(node);
    if (kind === null) return [];
    const options = node.enum ?? node.items?.enum ?? [];
    const fallback = node.default === undefined ? null : wordsOf(node.default);
    const { minimum: min = null, maximum: max = null } = node;
    return [{ key, kind, options, fallback, min, max, isRequired: under === '' && required.includes(name) }];
  });
}

function kindOf(node: Node): FormField['kind'] | null {
  if (node.enum) return 'choice';
  if (node.anyOf) return node.anyOf.some(({ type }) => type === 'array') ? 'list' : 'text';
  switch (node.type) {
    case 'string':
      return (node.maxLength ?? 0) > 200 ? 'long' : 'text';
    case 'integer':
      return 'whole';
    case 'number':
      return 'number';
    case 'boolean':
      return 'yes';
    case 'array':
      return 'list';
    default:
      return null;
  }
}

const wordsOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

/** What was filled in, as a project file. An empty field is left to its default. */
export function projectOfForm(values: Record<string, string>): string {
  const project: Record<string, unknown> = {};
  for (const { key, kind } of formFields()) {
    const text = (values[key] ?? '').trim();
    if (text === '') continue;
    const [section, name] = key.split('.');
    const value = valueOf(kind, text);
    if (name === undefined) project[section] = value;
    else project[section] = { ...(project[section] as object | undefined), [name]: value };
  }
  return stringify(project, { lineWidth: 100 });
}

/** What is no number stays as it was typed: the check of the file names it. */
function valueOf(kind: FormField['kind'], text: string): unknown {
  const number = (part: string): unknown => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : part);
  if (kind === 'whole' || kind === 'number') return number(text);
  if (kind === 'yes') return text === 'yes';
  if (kind !== 'list') return text;
  const parts = text
    .split(/\s*,\s*/)
    .filter((part) => part !== '')
    .map(number);
  // `all`, `every 200 from 1000`: words, not a list of one.
  return parts.length === 1 && typeof parts[0] === 'string' && /^(all|every)\b/.test(parts[0]) ? parts[0] : parts;
}
