import {
  ComfyError,
  createComfyClient,
  gapWords,
  loadFamilyGraph,
  olderThan,
  sinceOf,
  type ComfyClient,
  type ServerStats,
  type Gap,
} from '../comfyui/index.js';
import { binaryWords } from '../text/figures.js';
import {
  editorOf,
  graphKindsServed,
  isEditor,
  modelFilesServed,
  servedEditors,
  type ServedName,
} from '../project/families/editors.js';
import { familyNames, familyOf } from '../project/families/index.js';
import { limitOf, limitWords, twoBasesWords } from '../project/families/licence.js';
import { fixOf } from '../run/failures.js';
import { withModelFiles, type ModelFiles } from '../project/model-files.js';
import type { Examined } from './checks.js';
import { headersOf, list, modelFilesOf, servedOf } from './worker-settings.js';

/** What a ComfyUI may be asked for. The sandbox's own editing is nothing that a person's server lacks. */
export const servedNames: readonly ServedName[] = [
  ...familyNames,
  ...servedEditors.filter((name) => name !== 'sandbox-edit'),
];

export interface ComfyDoctorOptions {
  header?: string[];
  modelFile?: string[];
  /** Families and editors; all of them are to be there. Default: any. */
  family?: string[];
}

/** Of a family, or of an editor that projects choose apart. */
export interface FamilyCheck {
  family: ServedName;
  missing: Gap[];
}

/** Of every family. @throws ComfyError where the server can't be asked. */
export async function askFamilies(
  baseUrl: string,
  { header = [], modelFile = [] }: ComfyDoctorOptions,
): Promise<FamilyCheck[]> {
  const files = modelFilesOf(modelFile, servedNames);
  const client = createComfyClient({ baseUrl, headers: headersOf(header), timeouts: { unreachableMs: 0 } });
  try {
    return await checkFamilies(client, files, await client.stats());
  } finally {
    await client.close();
  }
}

/** What a ComfyUI is and which model families it can serve. Only reads. */
export async function doctorOfComfyUI(
  baseUrl: string,
  { header = [], modelFile = [], family }: ComfyDoctorOptions,
): Promise<Examined> {
  const asked = family && servedOf(list(family), ['render']);
  const files = modelFilesOf(modelFile, servedNames);
  let client: ComfyClient | null = null;
  try {
    client = createComfyClient({ baseUrl, headers: headersOf(header), timeouts: { unreachableMs: 0 } });
    const stats = await client.stats();
    const families = await checkFamilies(client, files, stats, asked);
    const served = families.filter(({ missing }) => missing.length === 0);
    const ok = served.length >= (asked?.length ?? 1);
    return { ok, lines: wordsOf(baseUrl, stats, families), document: { ok, server: stats, families } };
  } catch (error) {
    // What the person gave is wrong, not what was found there.
    if (!(error instanceof ComfyError) || error.type === 'bad-setting') throw error;
    const { message } = error;
    const fix = fixOf(error.type, 'command');
    return { ok: false, lines: [`missing  ComfyUI: ${message} ${fix}`], document: { ok: false, error: message, fix } };
  } finally {
    await client?.close();
  }
}

async function checkFamilies(
  client: ComfyClient,
  files: ModelFiles,
  { version }: ServerStats,
  asked?: readonly ServedName[],
): Promise<FamilyCheck[]> {
  const inventory = client.inventory();
  const checks: FamilyCheck[] = [];
  for (const family of asked ?? servedNames) {
    const gaps = new Map<string, Gap>();
    const since = sinceOf(family);
    if (since && olderThan(version, since)) gaps.set('', { kind: 'version', version, since });
    for (const kind of graphKindsServed(family))
      for (const gap of await inventory.gapsOf(withModelFiles(await loadFamilyGraph(family, kind), family, files)))
        gaps.set(gapWords(gap), gap);
    checks.push({ family, missing: [...gaps.values()] });
  }
  // The sandbox's own family is nothing that a person's server lacks.
  return checks.filter(({ family, missing }) => asked || family !== 'sandbox' || missing.length === 0);
}

function wordsOf(url: string, { version, devices }: ServerStats, families: FamilyCheck[]): string[] {
  return [
    `ok       ComfyUI: version ${version}, ${url}`,
    ...devices.map(
      ({ name, vramTotalBytes, vramFreeBytes }) =>
        `ok       ${name}: ${binaryWords(vramTotalBytes)} of memory, ${binaryWords(vramFreeBytes)} free`,
    ),
    ...families.map(({ family, missing }) =>
      missing.length === 0
        ? `ok       ${nameOf(family)}: can be served${inBrackets(limitsOf(family))}`
        : `missing  ${nameOf(family)}: ${missing.map(gapWords).join('; ')}${renameWords(family, missing)}`,
    ),
  ];
}

const nameOf = (name: ServedName): string => (isEditor(name) ? `editor ${name}` : name);

const limitsOf = (name: ServedName): (string | null)[] => {
  if (!isEditor(name)) return [twoBasesWords(familyOf(name)), limitWords(familyOf(name))];
  const { model } = editorOf(name);
  return [model && limitOf([model.licence])];
};

/** Before GPU hours are spent: on what, and what may not be sold. */
const inBrackets = (words: (string | null)[]): string => {
  const said = words.filter((one) => one !== null);
  return said.length === 0 ? '' : ` (${said.join('; ')})`;
};

/** A file that the server has under another name is no missing file. */
function renameWords(family: ServedName, missing: Gap[]): string {
  const files = missing.flatMap((gap) => (gap.kind === 'file' ? [gap.file] : []));
  const [role] = Object.entries(modelFilesServed(family)).find(([, name]) => files.includes(name)) ?? [];
  return role === undefined ? '' : ` (under another name: --model-file ${family}.${role}=NAME)`;
}
