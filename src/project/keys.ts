import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { projectSchema } from './schema.js';

type AnySchema = z.core.$ZodType;

/** The keys that the project file may have at a path, e.g. ['training'] -> steps, saveEvery, rank, seed, override. */
export function knownKeysAt(path: readonly PropertyKey[]): string[] {
  let schema: AnySchema | undefined = projectSchema;
  for (const key of path) schema = schema && childOf(schema, key);
  return schema ? Object.keys(shapeOf(schema)) : [];
}

/** The effort grows with the length, and no key has so many letters. */
const longestCompared = 100;

/** The known key that looks most like the given one, and whether a typing error explains the difference. */
export function nearestKey(key: string, known: readonly string[]): { key: string; isNear: boolean } | null {
  let best: { key: string; distance: number } | null = null;
  const given = key.slice(0, longestCompared).toLowerCase();
  for (const candidate of known) {
    const found = distance(given, candidate.toLowerCase());
    if (!best || found < best.distance) best = { key: candidate, distance: found };
  }
  return best && { key: best.key, isNear: best.distance <= Math.max(1, Math.ceil(best.key.length / 3)) };
}

/** The sections in which a key of this very name is known, e.g. saveEvery -> ['training']. */
export function sectionsWith(key: string): string[] {
  return Object.keys(projectSchema.shape).filter((section) => knownKeysAt([section]).includes(key));
}

function childOf(schema: AnySchema, key: PropertyKey): AnySchema | undefined {
  const bare = unwrap(schema);
  if (typeof key === 'number') return bare._zod.def.type === 'array' ? elementOf(bare) : undefined;
  return shapeOf(bare)[String(key)];
}

function elementOf(schema: AnySchema): AnySchema {
  return (schema as z.core.$ZodArray)._zod.def.element;
}

function shapeOf(schema: AnySchema): Record<string, AnySchema> {
  const bare = unwrap(schema);
  return bare._zod.def.type === 'object' ? (bare as z.core.$ZodObject)._zod.def.shape : {};
}

/** Looks through defaults and optionals, and takes a union (text or mapping) for its mapping. */
function unwrap(schema: AnySchema): AnySchema {
  const { def } = schema._zod;
  if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault')
    return unwrap((schema as z.core.$ZodOptional)._zod.def.innerType);
  if (def.type === 'union') {
    const mapping = (schema as z.core.$ZodUnion)._zod.def.options.find((option) => option._zod.def.type === 'object');
    return mapping ?? schema;
  }
  return schema;
}
