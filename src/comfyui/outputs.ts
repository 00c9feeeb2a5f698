import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { saveNodeIds, type ApiGraph } from './graph.js';
import type { Logger } from './options.js';

/** As SaveImage names a picture of the prefix `azit/0123456789abcdef`. */
const pictureName = /^([0-9a-f]{16})_\d+_\.(?:png|jpe?g|webp)$/;
/** Whoever asked for it was killed before it was fetched, and another server drew it again. */
const forgottenMs = 24 * 60 * 60_000;

/** `azit/0123456789abcdef`; null where the graph saves under a name that AZIT did not make. */
export function ourPrefix(graph: ApiGraph): string | null {
  const [id] = saveNodeIds(graph);
  const prefix = id === undefined ? null : graph[id].inputs.filename_prefix;
  return typeof prefix === 'string' && /^azit\/[0-9a-f]{16}$/.test(prefix) ? prefix : null;
}

/**
 * The server's output folder, where this process shares it: HTTP offers no way to remove pictures. Touches only names
 * that AZIT made. Never throws, since no work fails over what is left lying; that is said once.
 */
export class OutputFolder {
  #told = false;

  /** `outputDir` undefined: nothing is removed. */
  constructor(
    readonly outputDir: string | undefined,
    readonly logger: Logger,
  ) {}

  /** The pictures of these graphs are kept elsewhere. */
  async remove(graphs: readonly ApiGraph[]): Promise<void> {
    const kept = new Set(graphs.flatMap((graph) => ourPrefix(graph) ?? []).map((prefix) => basename(prefix)));
    await this.#removeWhere((_, prefix) => kept.has(prefix));
  }

  /** Ours that nobody fetched for a day. */
  async tidy(): Promise<void> {
    await this.#removeWhere(async (path) => Date.now() - (await stat(path)).mtimeMs > forgottenMs);
  }

  async #removeWhere(isDone: (path: string, prefix: string) => boolean | Promise<boolean>): Promise<void> {
    if (this.outputDir === undefined) return;
    for (const path of await ourPictures(this.outputDir)) {
      const [, prefix] = pictureName.exec(basename(path)) ?? [];
      try {
        if (prefix !== undefined && (await isDone(path, prefix))) await rm(path, { force: true });
      } catch (error) {
        this.#tell((error as NodeJS.ErrnoException).code);
      }
    }
  }

  #tell(code: string | undefined): void {
    if (this.#told || code === 'ENOENT') return;
    this.#told = true;
    const message = `The worker can't remove images from ${this.outputDir} (${code}), so they fill the disk: check --output-dir.`;
    this.logger.warn({ code }, message);
  }
}

/** `2026-11-28`, or 2026 with folders of months and days in it: of servers with --date-based-output. */
const isDated = (name: string): boolean => /^\d{2,4}([-_.]?\d{2}){0,2}$/.test(name);
const deepest = 4;

/** Below `azit`, and below folders of dates before and after it. Links are not followed. */
async function ourPictures(folder: string, isOurs = false, depth = 0): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return isOurs ? [path] : [];
    const isWay = isDated(entry.name) || (entry.name === 'azit' && !isOurs);
    return isWay && depth < deepest ? await ourPictures(path, isOurs || entry.name === 'azit', depth + 1) : [];
  });
  return (await Promise.all(found)).flat();
}
