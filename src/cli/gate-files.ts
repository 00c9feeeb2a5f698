import { join, relative } from 'node:path';
import type { RunHandle } from '../client/index.js';
import { embeddedHome } from '../embedded/index.js';
import type { RunStatus } from '../run/messages.js';

/** Lays out what a waiting run offers, where the person can open it. @returns the paths by pick number; none where that fails. */
export async function gateFiles(run: RunHandle, { waitingFor, runId }: RunStatus): Promise<string[]> {
  if (!waitingFor) return [];
  const folder = join(embeddedHome().root, 'gates', runId, waitingFor.gate);
  const paths = await run.layOutOptions(waitingFor, folder).catch(() => []);
  return paths.map((path) => {
    const near = relative(process.cwd(), path);
    return near.startsWith('..') ? path : near;
  });
}
