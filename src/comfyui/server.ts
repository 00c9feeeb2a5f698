import { cut, longest } from '../text/cut.js';
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

export interface LoraReport {
  /** Keys of the LoRA that the model does not have. */
  notLoaded: string[];
  /** Keys whose tensors do not fit the model's, each with the server's words. */
  shapeErrors: string[];
}

/**
 * What the server's log says of LoRAs since a mark: a LoRA that fits in part or not at all renders "successfully", and
 * this is the only trace. The log holds the last 300 writes; servers without one give an empty report.
 */
export async function readLoraReport(connection: Connection, since: string | null): Promise<LoraReport> {
  const entries = await readLog(connection);
  // One line may come in several writes, and several lines in one.
  // By place, not by time: somebody may set the server's clock back. A mark that is gone has scrolled out, or a restart
  // has emptied the log: then all of it is newer.
  const marked = entries.findLastIndex(({ t }) => t === since);
  const text = entries
    .slice(marked + 1)
    .map(({ m }) => m)
    .join('')
    .replaceAll(colours, '');
  const matches = (pattern: RegExp): string[] => [
    ...new Set([...text.matchAll(pattern)].map(([, found]) => cut(found.trim(), longest.line))),
  ];
  return {
    notLoaded: matches(/lora key not loaded: *([^\r\n]+)/g),
    shapeErrors: matches(/ERROR lora +([^\r\n]+)/g),
  };
}

/** The time stamp of the newest entry, which `readLoraReport` finds again. */
export async function readLogMark(connection: Connection): Promise<string | null> {
  return (await readLog(connection)).at(-1)?.t ?? null;
}

/** 0.33 colours its lines. */
// eslint-disable-next-line no-control-regex
const colours = /\x1b\[[0-9;]*m/g;

/** Empty where the server shows none. */
export async function readLog(connection: Connection, signal?: AbortSignal): Promise<{ t: string; m: string }[]> {
  const reply = await connection.callPatiently('GET', '/internal/logs/raw', { signal });
  return logReply.safeParse(parseJson(reply)).data?.entries ?? [];
}
