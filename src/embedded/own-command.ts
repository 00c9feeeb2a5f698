import { fileURLToPath } from 'node:url';

/** The command `azit` itself, as a child process runs it: from src/ (tests) and dist/ alike it is the built one. */
export const azitProgram = fileURLToPath(new URL('../../bin/azit.js', import.meta.url));

export function azitArguments(...words: string[]): string[] {
  return [azitProgram, ...words];
}
