/**
 * A worker's own files for the roles of a family's models, by `ROLE` or `FAMILY.ROLE`. The role `base` is what the
 * trainer starts from: a folder or a repository.
 */
export type ModelFiles = Record<string, string>;

/** The file of a role; what is said for this family goes before what is said for all. */
export function modelFileOf(files: ModelFiles, family: string, role: string): string | undefined {
  return files[`${family}.${role}`] ?? files[role];
}
