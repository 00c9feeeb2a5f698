import { resolve } from 'node:path';
import type { ExportRunOptions } from '../client/index.js';
import type { ExportedLora } from '../export/index.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult, say, UsageError } from './output.js';
import { withExistingRun } from './session.js';

export interface ExportCommandOptions extends ExportRunOptions {
  json?: boolean;
}

/** Hands out a run's LoRA, finished or not. */
export async function exportCommand(id: string, { json, ...options }: ExportCommandOptions): Promise<number> {
  if (options.step !== undefined && options.all) throw new UsageError('Give either --step STEP or --all.');
  return await withExistingRun(id, 'queries', async ({ client }) => {
    const { out, to } = options;
    const paths = {
      ...(out === undefined ? {} : { out: resolve(out) }),
      ...(to === undefined ? {} : { to: resolve(to) }),
    };
    const exported = await client.run(id).export({ ...options, ...paths });
    for (const note of exported.notes) say(note);
    if (json) printJson({ runId: id, ...exported });
    else printResult(pathsOf(exported).join('\n'));
    return exitCodes.done;
  });
}

const pathsOf = ({ directory, inLorasDir }: ExportedLora): string[] => [directory, ...inLorasDir];
