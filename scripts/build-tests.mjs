// Compiles the programs that tests start as processes of their own: tsx would take half a second of CPU for each.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from './transpile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, '.test-build');
rmSync(built, { recursive: true, force: true });
mkdirSync(built);
// What they import of `../src` is what `npm run build` made of it.
symlinkSync('../dist', join(built, 'src'));
await transpile(join(root, 'test'), join(built, 'test'), (path) => !path.endsWith('.test.ts'));
