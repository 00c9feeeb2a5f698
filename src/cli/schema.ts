import { z } from 'zod';
import { projectSchema } from '../spec/schema.js';
import { exitCodes } from './exit-codes.js';
import { printJson } from './output.js';

export async function schemaCommand(): Promise<number> {
  printJson({ title: 'AZIT project', ...z.toJSONSchema(projectSchema, { io: 'input' }) });
  return exitCodes.done;
}
