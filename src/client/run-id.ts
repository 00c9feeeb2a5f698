import { slugOf } from '../project/prompts.js';
import type { LoadedProject } from '../project/load.js';
import { AzitClientError } from './errors.js';

const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Same file, same id: the name and the first 8 hex digits of what the project is, e.g. mina-1f0c2a9b. */
export function defaultRunId({ project, projectSha256 }: LoadedProject): string {
  return `${slugOf(project.name, 40) || project.trigger.toLowerCase()}-${projectSha256.slice(0, 8)}`;
}

/** The id ends up in workflow ids, folder names and record keys. @throws AzitClientError bad-id */
export function checkRunId(id: string): string {
  if (runIdPattern.test(id) && !id.endsWith('-sweep')) return id;
  throw new AzitClientError(
    'bad-id',
    `${JSON.stringify(id.slice(0, 80))} is not a valid run id: use up to 64 letters, digits, dots, hyphens and underscores, starting with a letter or digit and not ending in '-sweep'.`,
  );
}
