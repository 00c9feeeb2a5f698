import { ComfyError, createComfyClient, gapWords, parseGraph, type ApiGraph, type Gap } from '../comfyui/index.js';
import { graphProblems, kindOf, readGraphFile } from '../spec/graph-file.js';
import { leftOut } from '../spec/graph-reach.js';
import { unreached } from '../spec/graph-unreached.js';
import { exitCodes } from './exit-codes.js';
import { printResult, UsageError } from './output.js';
import { headersOf } from './worker-settings.js';

/** Nobody reads more at once. */
const mostTold = 10;

/** Exit code 2 for a graph that is wrong, 4 for a server that lacks something of it or does not answer. */
export async function graphCheckCommand(
  file: string,
  { comfyui, header = [] }: { comfyui?: string; header?: string[] },
): Promise<number> {
  const read = await readGraphFile(file);
  if (!read.ok) throw new UsageError(`${file} ${read.reason}.`);
  const kind = kindOf(read.json);
  const problems = graphProblems(read.json, kind);
  for (const problem of problems.slice(0, mostTold)) printResult(`${file} ${problem}.`);
  if (problems.length > mostTold) printResult(`… and ${(problems.length - mostTold).toLocaleString('en-US')} more.`);
  if (problems.length > 0) return exitCodes.badInput;
  const graph = parseGraph(read.json, file);
  printResult([`${file} is a sound graph for ${kind}.`, leftOut(graph)].filter(Boolean).join(' '));
  for (const note of unreached(graph, { negative: true, size: kind === 'edit' ? 'none' : 'any' }))
    printResult(`It ${note}.`);
  return comfyui === undefined ? exitCodes.done : await checkServer(graph, comfyui, header);
}

async function checkServer(graph: ApiGraph, baseUrl: string, header: string[]): Promise<number> {
  const gaps = await gapsAt(graph, baseUrl, header);
  if (typeof gaps === 'string') printResult(gaps);
  else for (const gap of gaps) printResult(`${baseUrl} ${verbOf[gap.kind]} ${gapWords(gap)}.`);
  if (gaps.length > 0) return exitCodes.needsHelp;
  printResult(`${baseUrl} has all that it needs.`);
  return exitCodes.done;
}

/** A sentence where the server can't be asked. */
async function gapsAt(graph: ApiGraph, baseUrl: string, header: string[]): Promise<Gap[] | string> {
  const client = createComfyClient({ baseUrl, headers: headersOf(header), timeouts: { unreachableMs: 0 } });
  try {
    return await client.inventory().gapsOf(graph);
  } catch (error) {
    if (error instanceof ComfyError) return error.message;
    throw error;
  } finally {
    await client.close();
  }
}

const verbOf: Record<Gap['kind'], string> = {
  node: 'lacks',
  file: 'lacks',
  option: 'lacks',
  input: 'needs',
  value: 'needs',
  output: 'needs',
};
