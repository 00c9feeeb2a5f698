import { isEditor, modelFilesServed, type ServedName } from './families/editors.js';

/**
 * A worker's own files for the roles of a family's models, by `ROLE` or `FAMILY.ROLE`. The role `base` is what the
 * trainer starts from: a folder or a repository. The others are files that the family's graphs load, under the names by
 * which this worker's ComfyUI lists them.
 */
export type ModelFiles = Record<string, string>;

/** The file of a role; what is said for this family goes before what is said for all. */
export function modelFileOf(files: ModelFiles, family: string, role: string): string | undefined {
  return files[`${family}.${role}`] ?? files[role];
}

/** Why a `ROLE` or `FAMILY.ROLE` names nothing in the families served, with the roles that there are; or null. */
export function roleProblem(key: string, served: readonly ServedName[]): string | null {
  const [role, only] = key.split('.').reverse();
  const takers = served.filter((family) => only === undefined || family === only);
  if (takers.some((family) => rolesOf(family).includes(role))) return null;
  const known = served.map((family) => `${family} has ${rolesOf(family).join(', ')}`);
  return `no model file has the role '${key}': ${known.join('; ')}`;
}

const rolesOf = (family: ServedName): string[] => [
  ...Object.keys(modelFilesServed(family)),
  ...(isEditor(family) ? [] : ['base']),
];

/** Of a worker's files, those that the graphs of a family load. */
export function ownFiles(family: ServedName, files: ModelFiles): ModelFiles {
  const roles = Object.keys(modelFilesServed(family));
  return Object.fromEntries(
    roles.flatMap((role) => {
      const own = modelFileOf(files, family, role);
      return own === undefined ? [] : [[role, own] as const];
    }),
  );
}

type Nodes = Record<string, { class_type: string; inputs: Record<string, unknown> }>;

/** A family's graph with the worker's own files in place of those that it was written with. */
export function withModelFiles<Graph extends Nodes>(graph: Graph, family: ServedName, files: ModelFiles): Graph {
  const ownName = new Map(
    Object.entries(ownFiles(family, files)).map(([role, own]) => [modelFilesServed(family)[role], own]),
  );
  if (ownName.size === 0) return graph;
  const renamed = structuredClone(graph);
  for (const { inputs } of Object.values(renamed))
    for (const [input, value] of Object.entries(inputs))
      if (typeof value === 'string' && ownName.has(value)) inputs[input] = ownName.get(value);
  return renamed;
}
