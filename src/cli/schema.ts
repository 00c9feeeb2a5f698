import { z } from 'zod';
import { keyMeanings } from '../project/key-meanings.js';
import { projectSchema } from '../project/schema.js';
import { exitCodes } from './exit-codes.js';
import { printJson } from './output.js';

export async function schemaCommand(): Promise<number> {
  printJson({ title: 'AZIT project', ...described(z.toJSONSchema(projectSchema, { io: 'input' })) });
  return exitCodes.done;
}

type Schema = z.core.JSONSchema.JSONSchema;

/** With what each key means, which editors show beside it. */
function described({ properties, ...schema }: Schema, path = ''): Schema {
  const description = keyMeanings[path];
  if (!properties) return description === undefined ? schema : { description, ...schema };
  const keys = Object.entries(properties).map(([key, of]) => [
    key,
    typeof of === 'boolean' ? of : described(of, path === '' ? key : `${path}.${key}`),
  ]);
  return { ...schema, properties: Object.fromEntries(keys) as Record<string, Schema> };
}
