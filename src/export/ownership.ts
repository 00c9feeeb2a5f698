import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../artifacts/digest.js';
import { dataSha256 } from '../artifacts/safetensors.js';
import { filesOfEvidence, type ExportedFile } from './evidence.js';
import { evidenceName } from './names.js';

/** No card or evidence of ours comes near it. */
const maxTextBytes = 64 * 1024 * 1024;
const sealPattern = /\n<!-- azit sha256:([0-9a-f]{64}) -->\n$/;

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A text that says whether somebody has changed it since. */
export const sealed = (text: string): string => `${text}\n<!-- azit sha256:${sha256Of(text)} -->\n`;

export async function isSealed(path: string): Promise<boolean> {
  const text = await readOwn(path);
  const seal = text === null ? null : sealPattern.exec(text);
  return seal !== null && sha256Of(text!.slice(0, seal.index)) === seal[1];
}

/** What an earlier export of the run laid into the folder and is still there. */
export async function earlierFiles(directory: string, runId: string): Promise<ExportedFile[]> {
  const text = await readOwn(join(directory, evidenceName));
  const listed = (text && filesOfEvidence(text, runId)) || [];
  const there = await Promise.all(listed.map(({ path }) => isRegular(join(directory, path))));
  return listed.filter((_, index) => there[index]);
}

export async function isEvidenceOf(path: string, runId: string): Promise<boolean> {
  const text = await readOwn(path);
  return text !== null && filesOfEvidence(text, runId) !== null;
}

/** The same weights; what is written beside them may have become more. */
export async function hasTensors(path: string, sha256: string): Promise<boolean> {
  return (await dataSha256(path).catch(() => null)) === sha256;
}

export async function isListed(path: string, files: readonly ExportedFile[], name: string): Promise<boolean> {
  const listed = files.find((file) => file.path === name);
  return listed !== undefined && (await digestFile(path)).sha256 === listed.sha256;
}

const isRegular = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** null: there is none, or what has the name is nothing that we wrote. */
async function readOwn(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => null);
  if (!found?.isFile() || found.size > maxTextBytes) return null;
  return await readFile(path, 'utf8');
}
