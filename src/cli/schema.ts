import { z } from 'zod';
import { projectSchema } from '../project/schema.js';
import { exitCodes } from './exit-codes.js';
import { printJson } from './output.js';

export async function schemaCommand(): Promise<number> {
  printJson({ title: 'AZIT project', ...z.toJSONSchema(projectSchema, { io: 'input' }) });
  return exitCodes.done;
}
