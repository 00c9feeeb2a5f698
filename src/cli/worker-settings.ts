import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { familiesNamed, modelNames } from '../project/families/editions.js';
import { isEditor, servedEditors, type ServedName } from '../project/families/editors.js';
import { familyNames, isFamily, type FamilyName } from '../project/families/index.js';
import { defaultTaskQueuePrefix, roles, type Role } from '../project/names.js';
import { roleProblem, type ModelFiles } from '../project/model-files.js';
import type { NotifySettings } from '../notify/index.js';
import type { WorkerOptions } from '../workers/index.js';
import { UsageError } from './output.js';

/** Flags as commander gives them. */
export type WorkerFlags = Record<string, string | string[] | undefined>;
type Environment = Record<string, string | undefined>;

/** Flags first, then the environment, then defaults. @throws UsageError naming the flag and the variable. */
export function workerSettings(flags: WorkerFlags, environment: Environment): WorkerOptions {
  const one = (flag: string, variable: string): string | undefined =>
    text(flags[flag]) ?? (environment[variable] || undefined);
  const wanted = rolesOf(list(flags['role']));
  const served = servedOf(list(flags['family'] ?? environment['AZIT_FAMILIES']), wanted);
  return {
    roles: wanted,
    families: served,
    taskQueuePrefix: one('taskQueue', 'AZIT_TASK_QUEUE') ?? defaultTaskQueuePrefix,
    store: one('store', 'AZIT_STORE') ?? '.azit/artifacts',
    workDir: workDirOf(one('workDir', 'AZIT_WORK_DIR'), wanted),
    modelFiles: modelFilesOf([flags['modelFile'] ?? list(environment['AZIT_MODEL_FILES'], /\n/)].flat(), served),
    gpu: one('gpu', 'AZIT_GPU'),
    price: priceOf(one('price', 'AZIT_PRICE')),
    render: wanted.includes('render') ? renderSettings(flags, environment, one) : undefined,
    identity: {
      embedder: one('embedder', 'AZIT_EMBEDDER'),
      crossCheck: one('crossCheck', 'AZIT_CROSS_CHECK'),
      clip: one('clip', 'AZIT_CLIP'),
    },
    train: wanted.includes('train') ? trainSettings(one) : undefined,
  };
}

/** Of who is told, which the role pipeline does. @throws NotifySettingError */
export async function notifySettings(
  flags: WorkerFlags,
  roles: readonly Role[],
  environment: Environment = process.env,
): Promise<NotifySettings | null> {
  const file = text(flags['notify']) ?? (environment['AZIT_NOTIFY'] || undefined);
  if (file === undefined || !roles.includes('pipeline')) return null;
  const { readNotifySettings } = await import('../notify/index.js');
  return await readNotifySettings(file, environment);
}

/** `0.49/h` or `0.49`. @throws UsageError */
function priceOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const [, amount] = /^(\d{1,6}(?:\.\d{1,6})?)(?:\/h)?$/.exec(given) ?? [];
  if (amount === undefined) throw new UsageError(`'${given}' is not a price per hour; use the form 0.49/h.`);
  return Number(amount);
}

function workDirOf(given: string | undefined, roles: readonly Role[]): string {
  const workDir = resolve(given ?? '.azit/work');
  if (roles.includes('train') && /[\n\r]/.test(workDir))
    throw new UsageError(
      `The path of the work folder ${JSON.stringify(workDir)} has a line break, so a trainer's log can't name a file in it: give another with --work-dir or AZIT_WORK_DIR.`,
    );
  return workDir;
}

type One = (flag: string, variable: string) => string | undefined;

function renderSettings(flags: WorkerFlags, environment: Environment, one: One): WorkerOptions['render'] {
  const comfyUrl = one('comfyui', 'AZIT_COMFYUI');
  if (comfyUrl === undefined)
    throw new UsageError('The role render needs a ComfyUI: give its URL with --comfyui or AZIT_COMFYUI.');
  if (!URL.canParse(comfyUrl) || !/^https?:$/.test(new URL(comfyUrl).protocol))
    throw new UsageError(`'${comfyUrl}' is not the URL of a ComfyUI; expected something like http://127.0.0.1:8188.`);
  if (new URL(comfyUrl).username || new URL(comfyUrl).password)
    throw new UsageError("Don't put credentials in ComfyUI's URL; use --header.");
  const headers = flags['header'] ?? environment['AZIT_COMFYUI_HEADERS'];
  return {
    comfyUrl,
    lorasDir: one('lorasDir', 'AZIT_LORAS_DIR'),
    outputDir: one('outputDir', 'AZIT_OUTPUT_DIR'),
    headers: headersOf(list(headers, /\n/)),
  };
}

const fitsHeader = /^[\t\x20-\x7e\x80-\xff]*$/;

/** `Name: value` lines as headers. @throws UsageError, without the value: it may be a password. */
export function headersOf(lines: string[]): Record<string, string> {
  const headers = new Map<string, [string, string]>();
  for (const line of lines.flatMap(fromFile)) {
    const [, name, value] = /^([\w-]+):\s*(.+)$/.exec(line.trim()) ?? [];
    if (name === undefined) throw new UsageError("A header of --header must look like 'Name: value'.");
    if (!fitsHeader.test(value))
      throw new UsageError(`--header ${name} holds a character that HTTP headers can't carry: use Latin-1 only.`);
    if (headers.has(name.toLowerCase()))
      throw new UsageError(`--header gives ${name} twice: give it once, with all its values.`);
    headers.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(headers.values());
}

/** `@FILE` stands for the lines of a file: what is typed stands in `ps` for all users. @throws UsageError */
function fromFile(line: string): string[] {
  if (!line.startsWith('@')) return [line];
  const path = line.slice(1);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > maxHeaderBytes)
    throw new UsageError(`--header ${line}: ${path} is not a file of at most ${maxHeaderBytes / 1024} kB.`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((one) => one.trim() !== '');
}

const maxHeaderBytes = 64 * 1024;

/** `ROLE=NAME` or `FAMILY.ROLE=NAME` words by what stands before the sign. @throws UsageError for an unknown role */
export function modelFilesOf(words: string[], served: readonly ServedName[]): ModelFiles {
  return Object.fromEntries(
    words.map((word) => {
      const match = /^((?:[a-z0-9-]+\.)?[a-z0-9-]+)=([^]+)$/.exec(word);
      if (!match) throw new UsageError(`--model-file must look like ROLE=NAME or FAMILY.ROLE=NAME, not '${word}'.`);
      const problem = roleProblem(match[1], served);
      if (problem !== null) throw new UsageError(`--model-file: ${problem}.`);
      return [match[1], match[2]];
    }),
  );
}

function trainSettings(one: One): WorkerOptions['train'] {
  const gpu = one('gpu', 'AZIT_GPU');
  const command = one('trainerCommand', 'AZIT_TRAINER_COMMAND');
  if (command !== undefined) return { command: commandOf(command), gpu };
  const folder = one('aitoolkit', 'AZIT_AITOOLKIT');
  if (folder === undefined)
    throw new UsageError('The role train needs ai-toolkit: give its folder with --aitoolkit or AZIT_AITOOLKIT.');
  const cwd = resolve(folder);
  if (!existsSync(join(cwd, 'run.py')))
    throw new UsageError(`There is no run.py in ${cwd}: --aitoolkit must be ai-toolkit's folder.`);
  return { command: [one('python', 'AZIT_AITOOLKIT_PYTHON') ?? pythonOf(cwd), 'run.py'], cwd, gpu };
}

/** The Python of ai-toolkit's own virtual environment, where it has one. */
export function pythonOf(folder: string): string {
  const own = [join(folder, 'venv', 'bin', 'python'), join(folder, '.venv', 'bin', 'python')];
  return own.find((path) => existsSync(path)) ?? 'python3';
}

function commandOf(text: string): string[] {
  const wrong = new UsageError(
    `--trainer-command must be a JSON list of words, such as ["azit", "sandbox", "trainer"].`,
  );
  let command: unknown;
  try {
    command = JSON.parse(text);
  } catch {
    throw wrong;
  }
  if (!Array.isArray(command) || command.length === 0 || command.some((word) => typeof word !== 'string')) throw wrong;
  return command as string[];
}

function rolesOf(words: string[]): Role[] {
  for (const word of words)
    if (!(roles as readonly string[]).includes(word))
      throw new UsageError(`There is no role '${word}'. Available: ${roles.join(', ')}.`);
  if (words.length === 0) throw new UsageError(`Give at least one --role: ${roles.join(', ')}.`);
  return [...new Set(words as Role[])];
}

/** Families and, for the role render, editors. @throws UsageError */
export function servedOf(words: string[], roles: readonly Role[]): ServedName[] {
  const editors = [...new Set(words.filter(isEditor))];
  const families = words.filter((word) => !isEditor(word));
  if (editors.length > 0 && !roles.includes('render'))
    throw new UsageError(`${editors.join(', ')} edits images and trains nothing: give --role render too.`);
  if (editors.length > 0 && families.length === 0) return editors;
  return [...familiesOf(families), ...editors];
}

/** Of families and editors the ones that are trained. @throws UsageError */
export function trainedOf(words: string[]): FamilyName[] {
  const families = words.filter((word) => !isEditor(word));
  if (families.length === 0 && words.length > 0)
    throw new UsageError(
      `${words.join(', ')} edits images and trains nothing: name a family that is trained, or leave out --aitoolkit.`,
    );
  return familiesOf(families);
}

/** A model's name stands for all its editions. @throws UsageError */
export function familiesOf(words: string[]): FamilyName[] {
  const families = words.flatMap(familiesNamed).map((word): FamilyName => {
    if (isFamily(word)) return word;
    const known = new Set([...modelNames, ...familyNames]);
    throw new UsageError(
      `There is no model family '${word}'. Available: ${[...known].join(', ')}; editors: ${servedEditors.join(', ')}.`,
    );
  });
  return families.length > 0 ? [...new Set(families)] : ['sandbox'];
}

function text(value: string | string[] | undefined): string | undefined {
  return (Array.isArray(value) ? value.at(-1) : value) || undefined;
}

export function list(value: string | string[] | undefined, separator = /[,\s]+/): string[] {
  const parts = Array.isArray(value) ? value : [value ?? ''];
  return parts.flatMap((part) => part.split(separator)).filter((part) => part !== '');
}
