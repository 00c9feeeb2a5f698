import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Each TypeScript file of a folder that `takes` says yes to, as JavaScript of the same place in another; types unchecked. */
export async function transpile(from, to, takes = () => true) {
  const { transform } = await import('@swc/core');
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/(?<!\.d)\.ts$/.test(entry.name) || !takes(source)) continue;
    const { code } = await transform(readFileSync(source, 'utf8'), {
      filename: source,
      swcrc: false,
      jsc: { target: 'es2022', parser: { syntax: 'typescript' }, transform: { verbatimModuleSyntax: true } },
      module: { type: 'es6' },
    });
    const target = join(to, relative(from, source)).replace(/\.ts$/, '.js');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
