import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyReportFolder } from '../report/index.js';
import { exitCodes } from './exit-codes.js';
import { tellFirst, printJson, printResult, say, UsageError } from './output.js';

export async function verifyCommand(directory: string, { json }: { json?: boolean }): Promise<number> {
  const path = join(directory, 'report.json');
  if (!(await stat(path).catch(() => null))?.isFile())
    throw new UsageError(`There is no report in ${directory}: report.json is missing.`);
  const { ok, problems } = await verifyReportFolder(directory);
  if (json) printJson({ ok, problems });
  else if (ok) printResult(`${directory}: ok`);
  if (!json) tellFirst(problems, say);
  return ok ? exitCodes.done : exitCodes.failed;
}
