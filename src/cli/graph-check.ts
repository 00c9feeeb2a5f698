import { ComfyError, createComfyClient, gapWords, parseGraph, type ApiGraph, type Gap } from '../comfyui/index.js';
import { graphProblems, kindOf, readGraphFile } from '../project/graph-file.js';
import { leftOut } from '../project/graph-reach.js';
import { unreached } from '../project/graph-unreached.js';
import { exitCodes } from './exit-codes.js';
import { mostTold, tellFirst, printJson, printResult, UsageError, errorLines } from './output.js';
import { headersOf } from './worker-settings.js';

interface GraphCheckOptions {
  comfyui?: string;
  header?: string[];
  json?: boolean;
}

/** Exit code 2 for a graph that is wrong, 4 for a server that lacks something of it or does not answer. */
export async function graphCheckCommand(
  file: string,
  { comfyui, header = [], json }: GraphCheckOptions,
): Promise<number> {
  const read = await readGraphFile(file);
  if (!read.ok) throw new UsageError(`${file} ${read.reason}.`);
  const kind = kindOf(read.json);
  const problems = graphProblems(read.json, kind);
  if (problems.length > 0) {
    if (json) printJson({ ok: false, file, kind, problems: problems.slice(0, mostTold), count: problems.length });
    else printProblems(file, problems);
    return exitCodes.badInput;
  }
  const graph = parseGraph(read.json, file);
  const left = leftOut(graph);
  const notes = unreached(graph, { negative: true, size: kind === 'edit' ? 'none' : 'any' });
  const gaps = comfyui === undefined ? null : await gapsAt(graph, comfyui, header);
  const ok = gaps === null || gaps.length === 0;
  if (json) {
    const asked = typeof gaps === 'string' ? { error: gaps } : { missing: gaps };
    printJson({
      ok,
      file,
      kind,
      leftOut: left,
      notes,
      ...(gaps === null ? {} : { comfyui: { url: comfyui, ...asked } }),
    });
  } else {
    printResult([`${file} is a valid graph for ${kind}.`, left].filter(Boolean).join(' '));
    for (const note of notes) printResult(`It ${note}.`);
    if (comfyui !== undefined && gaps !== null) printGaps(comfyui, gaps);
  }
  return ok ? exitCodes.done : exitCodes.needsHelp;
}

function printProblems(file: string, problems: readonly string[]): void {
  tellFirst(
    problems.map((problem) => `${file} ${problem}.`),
    printResult,
  );
}

function printGaps(baseUrl: string, gaps: Gap[] | string): void {
  if (typeof gaps === 'string') printResult(gaps);
  else if (gaps.length === 0) printResult(`${baseUrl} has everything that the graph needs.`);
  else for (const gap of gaps) printResult(`${baseUrl} ${verbOf[gap.kind]} ${gapWords(gap)}.`);
}

/** A sentence where the server can't be asked. */
async function gapsAt(graph: ApiGraph, baseUrl: string, header: string[]): Promise<Gap[] | string> {
  const client = createComfyClient({ baseUrl, headers: headersOf(header), timeouts: { unreachableMs: 0 } });
  try {
    return await client.inventory().gapsOf(graph);
  } catch (error) {
    if (error instanceof ComfyError) return errorLines(error).join('\n');
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
  version: 'needs to be',
};
