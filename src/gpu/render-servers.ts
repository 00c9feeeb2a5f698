import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../files/atomic.js';
import { makeFolder } from '../files/folder.js';
import { fileLimits } from '../files/limits.js';
import { readRegularText } from '../files/regular-file.js';
import { leaseFolder } from './lease.js';

/** A render server whose models lie in a GPU's memory, also between two units of work. */
export interface GpuRenderServer {
  url: string;
}

const folderOf = (gpu: string, folder: string): string => join(folder, `gpu-${gpu.replace(/[^\w.-]+/g, '_')}.servers`);

/** Says which render server is on a GPU, so that a trainer can ask it to make room. Told again at each start. */
export async function registerRenderServer(
  gpu: string,
  server: GpuRenderServer,
  folder = leaseFolder(),
): Promise<void> {
  const at = folderOf(gpu, folder);
  await makeFolder(at);
  const name = createHash('sha256').update(server.url).digest('hex').slice(0, 16);
  const modes = { file: 0o600, folder: 0o700 };
  await replaceFile(join(at, `${name}.json`), JSON.stringify(server), { modes, flush: false });
}

export async function renderServersOn(gpu: string, folder = leaseFolder()): Promise<GpuRenderServer[]> {
  const at = folderOf(gpu, folder);
  const names = (await readdir(at).catch(() => [])).filter((name) => name.endsWith('.json'));
  const servers = await Promise.all(
    names.map(async (name) => {
      const json = await readRegularText(join(at, name), { maxBytes: fileLimits.state });
      const { url } = JSON.parse(json) as Partial<GpuRenderServer>;
      return typeof url === 'string' ? [{ url }] : [];
    }),
  );
  return servers.flat();
}
