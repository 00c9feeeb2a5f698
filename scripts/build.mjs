// Compiles src/ to dist/, copies the model families' graphs, and bundles the workflows into one file for the workers.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => `${root}${path}`;

// What an older source left behind would go into the bundle and the package.
rmSync(at('dist'), { recursive: true, force: true });

const compiled = spawnSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')], {
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const isGraph = (path) => !path.split('/').pop().includes('.') || path.endsWith('.json');
if (existsSync(at('src/spec/families')))
  cpSync(at('src/spec/families'), at('dist/spec/families'), { recursive: true, filter: isGraph });

const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
const { code } = await bundleWorkflowCode({
  workflowsPath: at('dist/workflows/index.js'),
  logger: new DefaultLogger('WARN'),
});
writeFileSync(at('dist/workflow-bundle.js.part'), code);
renameSync(at('dist/workflow-bundle.js.part'), at('dist/workflow-bundle.js'));
