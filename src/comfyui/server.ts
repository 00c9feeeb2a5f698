import type { Connection } from './connection.js';
import { parseJson } from './reply.js';
import { logReply, parseReply, statsReply } from './replies.js';

export interface ServerStats {
  /** e.g. 0.33.0 */
  version: string;
  /** What the server calls itself where it is no plain ComfyUI, e.g. `azit-sandbox 0.1.0`. */
  product: string | null;
  pythonVersion: string;
  torchVersion: string;
  os: string;
  devices: { name: string; type: string; vramTotalBytes: number; vramFreeBytes: number }[];
  /** Of its command line only what changes pictures: the rest may hold keys and folders. */
  flags: string[];
}

const changesPictures =
  /^--(cpu|gpu-only|(high|normal|low|no)vram|fast|deterministic|force-(fp|upcast|channels).*|dont-upcast-attention|(fp|bf)\d+[\w-]*|(cpu|disable)-(vae|xformers)|use-[\w-]*attention[\w-]*|default-hashing-function|directml)$/;

/** Answers only when the nodes are loaded and the worker thread has started: a probe of readiness, not of life. */
export async function readStats(connection: Connection): Promise<ServerStats> {
  const path = '/system_stats';
  const { system, devices } = parseReply(connection, statsReply, await connection.getJson(path), path);
  return {
    version: system.comfyui_version,
    product: productOf(system.deploy_environment),
    pythonVersion: system.python_version,
    torchVersion: system.pytorch_version,
    os: system.os,
    devices: devices.map(({ name, type, vram_total, vram_free }) => ({
      name,
      type,
      vramTotalBytes: vram_total,
      vramFreeBytes: vram_free,
    })),
    flags: system.argv.map((word) => word.split('=')[0]).filter((word) => changesPictures.test(word)),
  };
}

/** ComfyUI's own installations are local-git, local-portable, local-desktop. */
const productOf = (environment: string): string | null =>
  environment === '' || environment.startsWith('local') ? null : environment;

/** What stands under a picture: 0.33.0, or a product that speaks ComfyUI's language. */
export const serverWords = ({ product, version }: Pick<ServerStats, 'product' | 'version'>): string =>
  product ?? version;

/** Unloads the models and forgets cached results, before the next prompt starts. */
export async function freeMemory(connection: Connection): Promise<void> {
  await connection.callPatiently('POST', '/free', { json: { unload_models: true, free_memory: true } });
}

/** The time stamp of the newest entry, which a report counts from. */
export async function readLogMark(connection: Connection): Promise<string | null> {
  return (await readLog(connection)).at(-1)?.t ?? null;
}

/** Empty where the server shows none. */
export async function readLog(connection: Connection, signal?: AbortSignal): Promise<{ t: string; m: string }[]> {
  const reply = await connection.callPatiently('GET', '/internal/logs/raw', { signal });
  return logReply.safeParse(parseJson(reply)).data?.entries ?? [];
}
