import { readFileSync } from 'node:fs';

/** The version of AZIT that runs here, from its package.json. */
export function azitVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
