import { dirname, resolve } from 'node:path';
import { checkNamedFiles, type NamedFiles, type ProjectFiles } from './files.js';
import { fingerprintOf } from './fingerprint.js';
import { Problems } from './input-error.js';
import { resolveProject, type CheckedProject } from './resolve.js';
import { findBrokenRules } from './rules.js';
import { projectSchema, type ProjectFile, type ResolvedProject } from './schema.js';
import { projectSourceOfObject, readProjectSource, type ProjectSource } from './source.js';
import { addProblems, dotted } from './wording.js';

export interface LoadedProject {
  project: ResolvedProject;
  /** Over the resolved project and the content of every file it names. */
  projectSha256: string;
  files: ProjectFiles;
  /** Of these files. */
  contents: NamedFiles['contents'];
  /** What is right by the letter and may not be meant. */
  notes: string[];
}

/**
 * Reads, checks and completes a project file, and checks the files it names.
 * @throws InputError with every problem found, each one sentence with its place.
 */
export async function loadProject(path: string): Promise<LoadedProject> {
  return await complete(await readProjectSource(path), dirname(resolve(path)));
}

/**
 * The same for a project that a program built. `directory`: what its relative paths are relative to.
 * @throws InputError
 */
export async function loadProjectObject(project: ProjectFile, directory = process.cwd()): Promise<LoadedProject> {
  return await complete(projectSourceOfObject(project), resolve(directory));
}

async function complete(source: ProjectSource, directory: string): Promise<LoadedProject> {
  const problems = new Problems();
  for (const problem of source.problems) problems.add(() => problem);
  const { project, wrong } = check(source, problems);
  if (!project) throw problems.error;
  findBrokenRules(project, source, wrong, problems);
  const { files, contents, notes } = await checkNamedFiles(project, directory, source, problems);
  if (problems.count > 0) throw problems.error;
  const resolved = resolveProject(project);
  const projectSha256 = fingerprintOf({ project: resolved, contents });
  return { project: resolved, projectSha256, files, contents, notes: [...source.notes, ...notes] };
}

interface Checked {
  /** The parts that are right; null where not even those make a project. */
  project: CheckedProject | null;
  /** Dotted paths of the parts that are not. */
  wrong: string[];
}

/** Checks against the schema; on errors also checks what is left without the wrong parts, so that all is said at once. */
function check(source: ProjectSource, problems: Problems): Checked {
  const value = withoutEmptySections(source.value);
  const parsed = projectSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return { project: parsed.data, wrong: [] };
  const { issues } = parsed.error;
  for (const issue of issues) addProblems(issue, source, problems);
  const wrong = issues.map((issue) => dotted(issue.path));
  const rest = structuredClone(value);
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) remove(rest, [...issue.path, key]);
    else remove(rest, issue.path);
  }
  const again = projectSchema.safeParse({ ...rest, name: wrong.includes('name') ? 'unnamed' : rest['name'] });
  return { project: again.data ?? null, wrong };
}

/** Keys of one value: where it is missing, something was meant. */
const words = ['name', 'model', 'edition', 'trigger'];

/** `training:` with nothing under it means its defaults. */
function withoutEmptySections(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key, part]) => part !== null || words.includes(key)));
}

/** Removes a key; what stands in a list goes with the whole list, for a list without it means something else. */
function remove(root: Record<string, unknown>, path: readonly PropertyKey[]): void {
  const inList = path.findIndex((key) => typeof key === 'number');
  const keys = (inList === -1 ? path : path.slice(0, inList)).map(String);
  let parent: unknown = root;
  for (const key of keys.slice(0, -1)) parent = (parent as Record<string, unknown> | undefined)?.[key];
  const last = keys.at(-1);
  if (last !== undefined && parent && typeof parent === 'object') delete (parent as Record<string, unknown>)[last];
}
