import { isDeepStrictEqual } from 'node:util';

/** A key of the project file, with what it is in each run; undefined where a run has none. */
export interface Difference {
  key: string;
  values: unknown[];
}

/** Where projects differ, by their keys: `training.steps`. A list is one value. */
export function differencesOf(projects: readonly unknown[], key = ''): Difference[] {
  if (projects.every((project) => isDeepStrictEqual(project, projects[0]))) return [];
  if (!projects.every(isKeyed)) return [{ key, values: [...projects] }];
  const names = new Set(projects.flatMap((project) => Object.keys(project)));
  return [...names].flatMap((name) =>
    differencesOf(
      projects.map((project) => (project as Record<string, unknown>)[name]),
      key === '' ? name : `${key}.${name}`,
    ),
  );
}

const isKeyed = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
