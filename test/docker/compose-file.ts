import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const root = new URL('../../', import.meta.url).pathname;
export const dockerFile = (name: string): string => readFileSync(`${root}docker/${name}`, 'utf8');

/** The parts of a service that the tests read. */
export interface Service {
  image?: string;
  build?: { context: string; dockerfile: string; target: string };
  profiles?: string[];
  command?: string[];
  entrypoint?: string[];
  restart?: string;
  ports?: string[];
  environment?: Record<string, string | number | null>;
  healthcheck?: { disable?: boolean; test?: string[] };
  depends_on?: Record<string, { condition: string }>;
  volumes?: (string | { type: string; source: string; target: string })[];
}

export interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

/** docker/compose.yaml with its merge keys resolved and its variables as a person's .env would fill them. */
export function readCompose(variables: Record<string, string>): ComposeFile {
  const file = parse(dockerFile('compose.yaml'), { merge: true }) as ComposeFile;
  return interpolate(file, variables) as ComposeFile;
}

/** Names in `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
export function variableNames(text: string): Set<string> {
  return new Set([...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name));
}

/** https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md, as far as our file uses it. */
function interpolate(value: unknown, variables: Record<string, string>): unknown {
  if (typeof value === 'string') {
    return value
      .replace(/(?<!\$)\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, operator?: string, word = '') => {
        if (variables[name]) return variables[name];
        if (operator === '?') throw new Error(`${name}: ${word}`);
        return word as string;
      })
      .replaceAll('$$', '$');
  }
  if (Array.isArray(value)) return value.map((item) => interpolate(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolate(item, variables)]));
}

/** `NAME=value` lines of docker/.env.example; names of commented ones too, with empty values. */
export function exampleVariables(): Record<string, string> {
  const lines = [...dockerFile('.env.example').matchAll(/^(# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)];
  return Object.fromEntries(lines.map(([, comment, name, value]) => [name, comment ? '' : value]));
}
