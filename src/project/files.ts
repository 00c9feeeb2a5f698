import { basename, join } from 'node:path';
import type { Problems } from './input-error.js';
import { graphKinds, graphProblems, readGraphFile, type GraphKey } from './graph-file.js';
import { unreached } from './graph-unreached.js';
import { familyOf, type FamilyName } from './families/index.js';
import { findNamedPath } from './paths.js';
import { checkPicture, listPictures, readCaption, type FolderPicture } from './pictures.js';
import { familyChosen, type CheckedProject } from './resolve.js';
import type { KeyPath, ProjectSource } from './source.js';
import { dotted, problemAt } from './wording.js';

export interface ProjectFiles {
  /** Paths of the person's own graphs. */
  graphs?: Partial<Record<GraphKey, string>>;
  anchorImage?: string;
  datasetImages?: FolderPicture[];
}

export interface NamedFiles {
  files: ProjectFiles;
  /** Content hashes, in the files' order: what the project is, wherever its folder lies. */
  contents: {
    graphs?: Partial<Record<GraphKey, string>>;
    anchorImage?: string;
    datasetImages?: { image: string; caption: string | null }[];
  };
  /** What is right by the letter and may not be meant, a sentence each. */
  notes: string[];
}

/** Finds and checks the files that a project names. `directory`: the folder of the project file. */
export async function checkNamedFiles(
  project: CheckedProject,
  directory: string,
  source: ProjectSource,
  problems: Problems,
): Promise<NamedFiles> {
  const found: NamedFiles = { files: {}, contents: {}, notes: [] };
  const refuse = (path: KeyPath, what: string, reason: string): void => {
    problems.add(() => problemAt(source, path, `'${dotted(path)}': ${JSON.stringify(what)} ${reason}.`));
  };
  if (project.anchor?.image !== undefined) await checkAnchor(project.anchor.image, directory, found, refuse);
  if (project.dataset.images !== undefined)
    await checkFolder(project.dataset.images, project, directory, found, refuse);
  for (const key of Object.keys(graphKinds) as GraphKey[]) {
    const named = project.graphs?.[key];
    if (named !== undefined) await checkGraph(key, named, familyChosen(project), directory, found, refuse);
  }
  if (project.graphs?.textToImage !== undefined && project.graphs.lora === undefined)
    found.notes.push(
      "'graphs.textToImage' renders stage 01 only. Without 'graphs.lora', the family's graph renders the sweep and stage 06, both with and without the LoRA.",
    );
  return found;
}

type Refuse = (path: KeyPath, what: string, reason: string) => void;

async function checkAnchor(named: string, directory: string, found: NamedFiles, refuse: Refuse): Promise<void> {
  const key = ['anchor', 'image'];
  const place = await findNamedPath(directory, named);
  if (!place.ok) return refuse(key, named, place.reason);
  const picture = await checkPicture(place.path);
  if (!picture.ok) return refuse(key, named, picture.reason);
  found.files.anchorImage = place.path;
  found.contents.anchorImage = picture.sha256;
}

async function checkGraph(
  key: GraphKey,
  named: string,
  model: FamilyName,
  directory: string,
  found: NamedFiles,
  refuse: Refuse,
): Promise<void> {
  const place = await findNamedPath(directory, named);
  if (!place.ok) return refuse(['graphs', key], named, place.reason);
  const graph = await readGraphFile(place.path);
  if (!graph.ok) return refuse(['graphs', key], named, graph.reason);
  const problems = graphProblems(graph.json, graphKinds[key]);
  for (const problem of problems) refuse(['graphs', key], named, problem);
  if (problems.length === 0) {
    const { negative, size } = familyOf(model);
    // An editing graph takes its size from the picture.
    const asked = { negative: negative !== '', size: key === 'edit' ? ('none' as const) : size };
    for (const note of unreached(graph.json as Parameters<typeof unreached>[0], asked))
      found.notes.push(`'graphs.${key}': ${JSON.stringify(named)} ${note}.`);
  }
  found.files.graphs = { ...found.files.graphs, [key]: place.path };
  found.contents.graphs = { ...found.contents.graphs, [key]: graph.sha256 };
}

async function checkFolder(
  named: string,
  project: CheckedProject,
  directory: string,
  found: NamedFiles,
  refuse: Refuse,
): Promise<void> {
  const key = ['dataset', 'images'];
  const place = await findNamedPath(directory, named);
  if (!place.ok) return refuse(key, named, place.reason);
  const folder = await listPictures(place.path);
  if (!folder.ok) return refuse(key, named, folder.reason);
  const contents: { image: string; caption: string | null }[] = [];
  for (const { path, captionPath } of folder.pictures) {
    const leaving = await leavingThrough(directory, named, [path, captionPath]);
    if (leaving) {
      refuse(key, leaving.path, leaving.reason);
      continue;
    }
    const picture = await checkPicture(path);
    if (!picture.ok) refuse(key, path, picture.reason);
    const caption = captionPath === null ? null : await readCaption(captionPath);
    if (caption?.ok === false) refuse(key, captionPath ?? path, caption.reason);
    if (picture.ok) contents.push({ image: picture.sha256, caption: caption?.ok ? caption.text : null });
  }
  found.files.datasetImages = folder.pictures;
  const copies = copiesOf(contents, folder.pictures);
  if (copies.length > 0 && project.dataset.audit !== 'off')
    found.notes.push(`'dataset.images': ${listedCopies(copies)}.`);
  const many = `${folder.pictures.length} ${folder.pictures.length === 1 ? 'image' : 'images'}`;
  if (folder.leftOut !== null)
    found.notes.push(`'dataset.images': ${JSON.stringify(named)}: ${many} used; ${folder.leftOut}.`);
  found.contents.datasetImages = contents;
}

const mostNamed = 10;

/** [copy, original]; only where every picture could be read, since both lists are in the same order. */
function copiesOf(contents: readonly { image: string }[], pictures: readonly FolderPicture[]): [string, string][] {
  if (contents.length !== pictures.length) return [];
  const first = new Map<string, string>();
  return contents.flatMap(({ image }, at): [string, string][] => {
    const name = basename(pictures[at].path);
    const original = first.get(image);
    if (original === undefined) first.set(image, name);
    return original === undefined ? [] : [[name, original]];
  });
}

function listedCopies(copies: readonly [string, string][]): string {
  const said = copies.slice(0, mostNamed).map(([copy, original]) => `${copy} (of ${original})`);
  const more = copies.length > mostNamed ? `, and ${copies.length - mostNamed} more` : '';
  return `${copies.length} ${copies.length === 1 ? 'image is a duplicate and will be' : 'images are duplicates and will be'} left out: ${said.join(', ')}${more}`;
}

/** The files of a folder named by a relative path may not leave the project's folder through a symbolic link either. */
async function leavingThrough(
  directory: string,
  named: string,
  paths: (string | null)[],
): Promise<{ path: string; reason: string } | null> {
  for (const path of paths) {
    if (path === null) continue;
    const place = await findNamedPath(directory, join(named, basename(path)));
    if (!place.ok) return { path, reason: place.reason };
  }
  return null;
}
