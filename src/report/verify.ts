import { createHash } from 'node:crypto';
import path from 'node:path';
import { parseJson } from '../files/json.js';
import { fileLimits } from '../files/limits.js';
import { ForeignFileError, readRegular, regularPieces } from '../files/regular-file.js';
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
      for (const problem of contradictionsOf(parsed.data)) problems.push(problem);
    }
    for (const problem of await changedFiles(directory, json)) problems.push(problem);
  }
  const page = await foundAt(path.join(directory, 'report.html'));
  if (!page.ok) problems.push(`report.html ${page.reason}.`);
  return { ok: problems.length === 0, problems };
}

async function readJson(file: string, problems: string[]): Promise<unknown> {
  try {
    return parseJson(await readRegular(file, { maxBytes: fileLimits.report }));
  } catch (error) {
    if (error instanceof SyntaxError) problems.push(`${file} ${error.message}.`);
    else if (!(error instanceof ForeignFileError)) throw error;
    else if (error.kind === 'too-large' || error.kind === 'irregular') problems.push(error.message);
    else problems.push(`${file} can't be read: give the folder that 'azit report' wrote.`);
    return undefined;
  }
}

type Found = { ok: true; sha256: string } | { ok: false; reason: string };

/** What a report consists of are files of its folder: through a link anything might be read. */
async function foundAt(file: string): Promise<Found> {
  const hash = createHash('sha256');
  try {
    for await (const piece of regularPieces(file, { maxBytes: fileLimits.report, followLinks: false }))
      hash.update(piece);
    return { ok: true, sha256: hash.digest('hex') };
  } catch (error) {
    if (!(error instanceof ForeignFileError)) throw error;
    return { ok: false, reason: error.kind === 'missing' ? 'is missing' : error.reason };
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
      problems.push(
        `report.json: strip ${strip.prompt} shows step ${unknown.step}, which is not among the checkpoints.`,
      );
  }
  return problems;
}

async function changedFiles(directory: string, json: unknown): Promise<string[]> {
  const problems: string[] = [];
  for (const [file, expected] of filesNamedIn(json)) {
    const found = await foundAt(path.join(directory, file));
    if (!found.ok) problems.push(`${file} ${found.reason}.`);
    else if (found.sha256 !== expected)
      problems.push(`${file} has changed since it was written: its sha256 is now ${found.sha256}.`);
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
