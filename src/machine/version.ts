import { readFileSync } from 'node:fs';

interface Package {
  version: string;
  dependencies: Record<string, string>;
}

const ownPackage = (): Package =>
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Package;

/** The version of AZIT that runs here, from its package.json. */
export const azitVersion = (): string => ownPackage().version;

/** The versions of libraries that this AZIT is made for: all are pinned exactly. */
export function pinnedVersions(...names: string[]): string[] {
  const { dependencies } = ownPackage();
  return names.map((name) => `${name} ${dependencies[name]}`);
}
