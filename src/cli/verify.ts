import { verifyReportFolder } from '../report/index.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult, say } from './output.js';

export async function verifyCommand(directory: string, { json }: { json?: boolean }): Promise<number> {
  const { ok, problems } = await verifyReportFolder(directory);
  if (json) printJson({ ok, problems });
  else if (ok) printResult(`${directory}: sound`);
  for (const problem of problems) if (!json) say(problem);
  return ok ? exitCodes.done : exitCodes.failed;
}
