import { forEachAtOnce } from '../files/at-once.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { lstat, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../files/json.js';
import { fileLimits } from '../files/limits.js';
import { readRegular, readRegularText } from '../files/regular-file.js';
import { replaceFiles } from '../files/atomic-many.js';
import { digestBytes } from '../artifacts/digest.js';
import { pathInside } from '../report/schema.js';
import { AzitClientError } from './errors.js';
import type { ArtifactRef } from '../run/ref.js';

/** Where the files of a written report lie. */
export interface WrittenReport {
  directory: string;
  html: string;
  json: string;
}

export function writtenReportIn(directory: string): WrittenReport {
  return { directory, html: join(directory, 'report.html'), json: join(directory, 'report.json') };
}

/** Each waits for the store. */
const filesAtOnce = 8;

const manifestSchema = z.array(
  z.object({
    path: pathInside,
    ref: z.object({ sha256: z.string(), bytes: z.number(), mediaType: z.string(), name: z.string() }),
  }),
);

/**
 * Lays out the report that a finished run has stored, file by file; what is already there and right is left alone. The
 * list comes from the store: it may have been changed there.
 * @throws AzitClientError where it is no list of a report's files, or a folder on the way is a link
 */
export async function layOutStoredReport(
  store: ArtifactStore,
  manifest: ArtifactRef,
  directory: string,
): Promise<WrittenReport> {
  const files = manifestOf(await store.readBytes(manifest));
  const before = await filesOfReport(directory);
  const missing = new Map<string, ArtifactRef>();
  await forEachAtOnce(files, filesAtOnce, async ({ path, ref }) => {
    await refuseLinks(directory, path);
    const target = join(directory, path);
    if (!(await isThere(target, ref))) missing.set(target, ref);
  });
  const contentOf = (target: string) => store.readBytes(missing.get(target)!);
  await replaceFiles({ paths: [...missing.keys()], contentOf, atOnce: filesAtOnce });
  const wanted = new Set(files.map(({ path }) => path));
  for (const path of before) {
    if (wanted.has(path)) continue;
    await refuseLinks(directory, path);
    await rm(join(directory, path), { force: true }).catch(() => undefined);
  }
  return writtenReportIn(directory);
}

async function isThere(path: string, { sha256, bytes }: ArtifactRef): Promise<boolean> {
  const found = await readRegular(path, { maxBytes: bytes, followLinks: false }).catch(() => null);
  return found !== null && digestBytes(found).sha256 === sha256;
}

/** The images that the report standing there shows: another choice leaves some of them without a place in the new one. */
async function filesOfReport(directory: string): Promise<Set<string>> {
  const shown = new Set<string>();
  for (const name of ['report.json', 'report.html']) {
    const text = await readRegularText(join(directory, name), { maxBytes: fileLimits.report }).catch(() => '');
    for (const [path] of text.matchAll(/\bimages\/[\w./-]+/g)) if (pathInside.safeParse(path).success) shown.add(path);
  }
  return shown;
}

function manifestOf(bytes: Buffer): z.infer<typeof manifestSchema> {
  try {
    return manifestSchema.parse(parseJson(bytes));
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? `${error.issues[0].path.join('.')} ${error.issues[0].message}`
        : `it ${(error as Error).message}`;
    throw new AzitClientError('nothing-to-report', `The stored list of report files is invalid: ${why}.`);
  }
}

/** A file that is a link is replaced by the rename; a folder that is one would lead the files elsewhere. */
async function refuseLinks(directory: string, path: string): Promise<void> {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder))
    if ((await lstat(join(directory, folder)).catch(() => null))?.isSymbolicLink())
      throw new AzitClientError(
        'in-the-way',
        `${join(directory, folder)} is a symbolic link: remove it, or give another folder for the report.`,
      );
}
