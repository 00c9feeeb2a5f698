import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WorkerSettingError } from './options.js';

/** The workflows, bundled at build time: beside the compiled code, or in dist/ when the sources run. */
export function workflowBundlePath(): string {
  const candidates = ['../workflow-bundle.js', '../../dist/workflow-bundle.js'];
  for (const candidate of candidates) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    if (existsSync(path)) return path;
  }
  throw new WorkerSettingError('The workflow bundle is missing; run `npm run build`.');
}
