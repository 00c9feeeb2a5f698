import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256OfFile } from './files.js';
import { fileSchema, reportSchema, type Report } from './schema.js';

export interface Verification {
  ok: boolean;
  /** One sentence each. */
  problems: string[];
}

/** Holds a report folder against the design: the shape of report.json, and each file it names against its sha256. */
export async function verifyReportFolder(directory: string): Promise<Verification> {
  const problems: string[] = [];
  const json = await readJson(path.join(directory, 'report.json'), problems);
  if (json !== undefined) {
    const parsed = reportSchema.safeParse(json);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) problems.push(`report.json: ${placeOf(issue.path)} ${issue.message}.`);
    } else {
      problems.push(...contradictionsOf(parsed.data));
    }
    problems.push(...(await changedFiles(directory, json)));
  }
  if ((await sha256OfFile(path.join(directory, 'report.html'))) === null) problems.push('report.html is missing.');
  return { ok: problems.length === 0, problems };
}

async function readJson(file: string, problems: string[]): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    problems.push(`${file} cannot be read: give the folder that 'azit report' wrote.`);
    return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    problems.push(`${file} is not JSON: ${(error as Error).message}.`);
    return undefined;
  }
}

/** What the shape alone cannot say. */
function contradictionsOf({ checkpoints, choice, strips }: Report): string[] {
  const steps = new Set(checkpoints.map(({ step }) => step));
  const problems: string[] = [];
  if (choice !== null && choice.step !== null && !steps.has(choice.step)) {
    problems.push(`report.json: choice.step ${choice.step} is not among the checkpoints.`);
  }
  if ([...steps].some((step, index, all) => index > 0 && step < all[index - 1])) {
    problems.push('report.json: checkpoints are not in ascending order of steps.');
  }
  for (const strip of strips) {
    const unknown = strip.images.find(({ step }) => !steps.has(step));
    if (unknown)
      problems.push(`report.json: strip ${strip.prompt} shows step ${unknown.step}, which is no checkpoint.`);
  }
  return problems;
}

async function changedFiles(directory: string, json: unknown): Promise<string[]> {
  const problems: string[] = [];
  for (const [file, expected] of filesNamedIn(json)) {
    const found = await sha256OfFile(path.join(directory, file));
    if (found === null) problems.push(`${file} is missing.`);
    else if (found !== expected) problems.push(`${file} is not the file that was written: its sha256 is ${found}.`);
  }
  return problems;
}

/** Every {path, sha256} anywhere in the document; paths that leave the folder are the shape's problem, never opened. */
function filesNamedIn(value: unknown, found = new Map<string, string>()): Map<string, string> {
  if (typeof value !== 'object' || value === null) return found;
  const file = fileSchema.safeParse(value);
  if (file.success) found.set(file.data.path, file.data.sha256);
  for (const child of Object.values(value)) filesNamedIn(child, found);
  return found;
}

const placeOf = (keys: PropertyKey[]): string =>
  keys.length === 0
    ? 'the document'
    : keys
        .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
        .join('')
        .replace(/^\./, '');
