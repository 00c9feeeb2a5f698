// Compiles src/ to dist/, copies the model families' graphs, and bundles the workflows into one file for the workers.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from './transpile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => join(root, path);

// What an older source left behind would go into the bundle and the package.
rmSync(at('dist'), { recursive: true, force: true });

const tsc = at('node_modules/typescript/bin/tsc');
if (existsSync(tsc)) compile();
// `npm ci --omit=dev` brings no TypeScript: the same JavaScript, without declarations, from what bundles workflows.
else await transpile(at('src'), at('dist'));

const isGraph = (path) => !path.split('/').pop().includes('.') || path.endsWith('.json');
if (existsSync(at('src/project/families')))
  cpSync(at('src/project/families'), at('dist/project/families'), { recursive: true, filter: isGraph });

const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
const { code } = await bundleWorkflowCode({
  workflowsPath: at('dist/workflows/index.js'),
  workflowInterceptorModules: [at('dist/workflows/store-mark.js')],
  logger: new DefaultLogger('WARN'),
});
writeFileSync(at('dist/workflow-bundle.js.part'), code);
renameSync(at('dist/workflow-bundle.js.part'), at('dist/workflow-bundle.js'));

function compile() {
  // The studio's script runs in a browser: other built-ins, and nothing of ours imported by it.
  for (const project of ['tsconfig.build.json', 'src/studio/browser/tsconfig.json']) {
    const { status } = spawnSync(process.execPath, [tsc, '-p', at(project)], { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
}
