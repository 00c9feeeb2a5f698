import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandboxComfy } from '../../src/sandbox/comfyui/index.js';

/** Servers in a process of their own, so that what is measured does not share a thread with them: COUNT RENDER_MS. */
const [count, renderMs] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'azit-bench-servers-'));
const servers = await Promise.all(
  Array.from({ length: count }, async (_, index) => {
    const baseDirectory = join(folder, String(index));
    const { url, close } = await startSandboxComfy({ port: 0, baseDirectory, fixedRenderMs: renderMs });
    return { url, close, baseDirectory };
  }),
);
process.send?.(servers.map(({ url, baseDirectory }) => ({ url, baseDirectory })));
// The parent is gone, however it ended.
process.once('disconnect', () => {
  void Promise.all(servers.map(({ close }) => close()))
    .then(() => rm(folder, { recursive: true, force: true }))
    .finally(() => process.exit());
});
