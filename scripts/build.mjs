// Compiles src/ to dist/, copies the model families' graphs, and bundles the workflows into one file for the workers.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path) => join(root, path);

// What an older source left behind would go into the bundle and the package.
rmSync(at('dist'), { recursive: true, force: true });

const tsc = at('node_modules/typescript/bin/tsc');
if (existsSync(tsc)) compile();
else await transpile();

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

/** `npm ci --omit=dev` brings no TypeScript: the same JavaScript, without declarations, from what bundles workflows. */
async function transpile() {
  const { transform } = await import('@swc/core');
  for (const entry of readdirSync(at('src'), { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/(?<!\.d)\.ts$/.test(entry.name)) continue;
    const { code } = await transform(readFileSync(source, 'utf8'), {
      filename: source,
      swcrc: false,
      jsc: { target: 'es2022', parser: { syntax: 'typescript' }, transform: { verbatimModuleSyntax: true } },
      module: { type: 'es6' },
    });
    const target = source.replace(at('src'), at('dist')).replace(/\.ts$/, '.js');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
