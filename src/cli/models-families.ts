import { gapWords, loadFamilyGraph, modelFolders } from '../comfyui/index.js';
import {
  editorOf,
  graphKindsServed,
  modelFilesServed,
  servedEditors,
  type ServedEditor,
  type ServedName,
} from '../project/families/editors.js';
import { spelledInProject } from '../project/families/editions.js';
import { familyNames, familyOf, type FamilyName } from '../project/families/index.js';
import { licenceLine, licenceLines, modelsUsed, twoBasesWords } from '../project/families/licence.js';
import { sourceOf } from '../project/families/model-sources.js';
import { modelFileOf, type ModelFiles } from '../project/model-files.js';
import type { Check } from './checks.js';
import type { FamilyCheck } from './doctor-comfyui.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult, table } from './output.js';
import { modelFilesOf } from './worker-settings.js';

export interface FamiliesOptions {
  comfyui?: string;
  header?: string[];
  modelFile?: string[];
  aitoolkit?: string;
  python?: string;
  json?: boolean;
}

interface ListedFile {
  role: string;
  file: string;
  /** Below ComfyUI's `models/`. */
  folder: string;
  gigabytes: number | null;
  from: string | null;
  /** Null: no ComfyUI was asked. */
  isThere: boolean | null;
}

/** All families with licence, files and where to get them; with `--comfyui` and `--aitoolkit` what these have of them. */
export async function familiesCommand(options: FamiliesOptions): Promise<number> {
  const served = await servedBy(options);
  const trained = await trainedBy(options);
  const own = modelFilesOf(options.modelFile ?? [], [...familyNames, ...servedEditors]);
  const families = [];
  for (const name of familyNames.filter((name) => name !== 'sandbox'))
    families.push({ name, files: await filesOf(name, served?.get(name), own), trained: trained?.get(name) ?? null });
  const editors = [];
  for (const name of servedEditors.filter((name) => name !== 'sandbox-edit'))
    editors.push({ name, files: await filesOf(name, served?.get(name), own) });
  if (options.json) {
    printJson({
      families: families.map((one) => documentOf(one, served)),
      editors: editors.map(({ name, files }) => ({ editor: name, ...editorOf(name).model, files })),
    });
  } else {
    for (const one of families) printResult(`${wordsOf(one, served?.get(one.name))}\n`);
    for (const { name, files } of editors) printResult(`${editorWords(name, files, served?.get(name))}\n`);
  }
  return exitCodes.done;
}

type Listed = { name: FamilyName; files: ListedFile[]; trained: Check | null };

async function servedBy({ comfyui, header, modelFile }: FamiliesOptions): Promise<Map<string, FamilyCheck> | null> {
  if (comfyui === undefined) return null;
  const { askFamilies } = await import('./doctor-comfyui.js');
  const checks = await askFamilies(comfyui, { header, modelFile });
  return new Map(checks.map((check) => [check.family, check]));
}

async function trainedBy({ aitoolkit, python, modelFile }: FamiliesOptions): Promise<Map<string, Check> | null> {
  if (aitoolkit === undefined) return null;
  const { doctorOfAiToolkit } = await import('./doctor-aitoolkit.js');
  const { document } = await doctorOfAiToolkit({ aitoolkit, python, modelFile });
  return new Map((document as { checks: Check[] }).checks.map((check) => [check.what, check]));
}

async function filesOf(name: ServedName, check: FamilyCheck | undefined, own: ModelFiles): Promise<ListedFile[]> {
  const folders = new Map<string, string>();
  for (const kind of graphKindsServed(name))
    for (const { inputs } of Object.values(await loadFamilyGraph(name, kind)))
      for (const [input, value] of Object.entries(inputs))
        if (typeof value === 'string' && modelFolders[input]) folders.set(value, modelFolders[input]);
  const missing = new Set(check?.missing.flatMap((gap) => (gap.kind === 'file' ? [gap.file] : [])));
  return Object.entries(modelFilesServed(name)).map(([role, file]) => {
    const source = sourceOf(file);
    return {
      role,
      file,
      folder: folders.get(file) ?? '?',
      gigabytes: source?.gigabytes ?? null,
      from: source?.url ?? null,
      isThere: check ? !missing.has(modelFileOf(own, name, role) ?? file) : null,
    };
  });
}

function documentOf({ name, files, trained }: Listed, served: Map<string, FamilyCheck> | null) {
  const family = familyOf(name);
  return {
    family: name,
    project: spelledInProject(name),
    comfyui: family.comfyui ?? null,
    licences: modelsUsed(family),
    files,
    training: { base: family.training.baseModel, alsoNeeds: family.hubFiles ?? [] },
    ...(served ? { missingOnComfyUI: served.get(name)?.missing ?? [] } : {}),
    ...(trained ? { aitoolkit: { ok: trained.ok, found: trained.found, fix: trained.ok ? null : trained.cure } } : {}),
  };
}

function wordsOf({ name, files, trained }: Listed, check: FamilyCheck | undefined): string {
  const family = familyOf(name);
  const spelled = spelledInProject(name);
  return [
    `${name}${spelled === name ? '' : ` (model: ${spelled})`}: ${twoBasesWords(family) ?? `trained on and rendered by ${family.repository}`}`,
    ...licenceLines(family).map((line) => `  ${line}`),
    ...(family.comfyui ? [`  needs ComfyUI ${family.comfyui} or later`] : []),
    table(rowsOf(files)),
    `  ai-toolkit trains on ${[family.training.baseModel, ...(family.hubFiles ?? [])].join(', ')}`,
    ...lacks(check, trained),
  ].join('\n');
}

const rowsOf = (files: ListedFile[]): string[][] =>
  files.map(({ role, file, folder, gigabytes, from, isThere }) => [
    '  ',
    ...(isThere === null ? [] : [isThere ? 'there' : 'missing']),
    role,
    `models/${folder}/${file}`,
    gigabytes === null ? '-' : `${gigabytes} GB`,
    from ?? '-',
  ]);

function editorWords(name: ServedEditor, files: ListedFile[], check: FamilyCheck | undefined): string {
  const { model, comfyui } = editorOf(name);
  return [
    `editor ${name} (views.editor: ${name})`,
    ...(model ? [`  ${licenceLine(model.repository, model.licence)}`] : []),
    ...(comfyui ? [`  needs ComfyUI ${comfyui} or later`] : []),
    table(rowsOf(files)),
    ...lacks(check, null),
  ].join('\n');
}

function lacks(check: FamilyCheck | undefined, trained: Check | null): string[] {
  const found = check?.missing.filter(({ kind }) => kind !== 'file').map(gapWords) ?? [];
  const training = trained
    ? [`  this ai-toolkit: ${trained.found}${!trained.ok && trained.cure ? `. ${trained.cure}` : ''}`]
    : [];
  return [...(found.length > 0 ? [`  this ComfyUI lacks ${found.join('; ')}`] : []), ...training];
}
