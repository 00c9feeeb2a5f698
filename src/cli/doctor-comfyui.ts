import { ComfyError, createComfyClient, gapWords, loadFamilyGraph } from '../comfyui/index.js';
import type { ComfyClient, ServerStats, Gap } from '../comfyui/index.js';
import type { GraphKind } from '../project/families/family.js';
import { type FamilyName, families, familyNames, familyOf } from '../project/families/index.js';
import { modelsUsed } from '../project/families/licence.js';
import { fixOf } from '../run/failures.js';
import { withModelFiles, type ModelFiles } from '../project/model-files.js';
import type { Examined } from './checks.js';
import { headersOf, modelFilesOf } from './worker-settings.js';

export interface ComfyDoctorOptions {
  header?: string[];
  modelFile?: string[];
}

const kinds: GraphKind[] = ['text-to-image', 'text-to-image-lora', 'edit'];

interface FamilyCheck {
  family: FamilyName;
  missing: Gap[];
}

/** What a ComfyUI is and which model families it can serve. Only reads. */
export async function doctorOfComfyUI(
  baseUrl: string,
  { header = [], modelFile = [] }: ComfyDoctorOptions,
): Promise<Examined> {
  const files = modelFilesOf(modelFile, familyNames);
  let client: ComfyClient | null = null;
  try {
    client = createComfyClient({ baseUrl, headers: headersOf(header), timeouts: { unreachableMs: 0 } });
    const stats = await client.stats();
    const families = await checkFamilies(client, files);
    const ok = families.some(({ missing }) => missing.length === 0);
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

async function checkFamilies(client: ComfyClient, files: ModelFiles): Promise<FamilyCheck[]> {
  const inventory = client.inventory();
  const checks: FamilyCheck[] = [];
  for (const family of familyNames) {
    const gaps = new Map<string, Gap>();
    for (const kind of kinds)
      for (const gap of await inventory.gapsOf(withModelFiles(await loadFamilyGraph(family, kind), family, files)))
        gaps.set(gapWords(gap), gap);
    checks.push({ family, missing: [...gaps.values()] });
  }
  // The sandbox's own family is nothing that a person's server lacks.
  return checks.filter(({ family, missing }) => family !== 'sandbox' || missing.length === 0);
}

function wordsOf(url: string, { version, devices }: ServerStats, families: FamilyCheck[]): string[] {
  return [
    `ok       ComfyUI: version ${version}, ${url}`,
    ...devices.map(
      ({ name, vramTotalBytes, vramFreeBytes }) =>
        `ok       ${name}: ${gib(vramTotalBytes)} of memory, ${gib(vramFreeBytes)} free`,
    ),
    ...families.map(({ family, missing }) =>
      missing.length === 0
        ? `ok       ${family}: can be served${licenceWords(family)}`
        : `missing  ${family}: ${missing.map(gapWords).join('; ')}${renameWords(family, missing)}`,
    ),
  ];
}

/** Before GPU hours are spent: what may not be sold. */
const licenceWords = (family: FamilyName): string => {
  const names = modelsUsed(familyOf(family)).filter(({ licence }) => licence.commercial !== 'yes');
  return names.length === 0
    ? ''
    : ` (${[...new Set(names.map(({ licence }) => `${licence.name}: ${limits[licence.commercial]}`))].join('; ')})`;
};

const limits = { yes: '', capped: 'commercial use below a revenue cap', no: 'no commercial use' };

/** A file that the server has under another name is no missing file. */
function renameWords(family: FamilyName, missing: Gap[]): string {
  const files = missing.flatMap((gap) => (gap.kind === 'file' ? [gap.file] : []));
  const [role] = Object.entries(families[family].modelFiles).find(([, name]) => files.includes(name)) ?? [];
  return role === undefined ? '' : ` (under another name: --model-file ${family}.${role}=NAME)`;
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
