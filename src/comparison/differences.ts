import { isDeepStrictEqual } from 'node:util';

/** A key of the project file, with what it is in each run; undefined where a run has none. */
export interface Difference {
  key: string;
  values: unknown[];
}

/** Where projects differ, by their keys: `training.steps`, `sweep.prompts.stage`. A list of what has no id is one value. */
export function differencesOf(given: readonly unknown[], key = ''): Difference[] {
  const projects = given.every(isNamedList) ? given.map(textsById) : given;
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

interface Named {
  id: string;
  text: string;
}

const isNamedList = (value: unknown): value is Named[] =>
  Array.isArray(value) && value.every((item) => isKeyed(item) && 'id' in item && 'text' in item);

/** Their order changes nothing: seeds follow from the ids. */
const textsById = (prompts: Named[]) => Object.fromEntries(prompts.map(({ id, text }) => [id, text]));

const isKeyed = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
