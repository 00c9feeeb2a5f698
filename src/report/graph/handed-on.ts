import { basename, win32 } from 'node:path';

/** `/home/me/x`, `~/x`, `C:\x`, `\\server\x`, `file:///x`: as a whole text, so that no prompt is taken for one. */
const machinePath = /^(?:~?\/[^\n]*\/|~\/|[A-Za-z]:[\\/]|\\\\|file:\/\/)[^\n]*$/;

/** A graph as it may leave the house: where a value is a path of the machine, its last part. */
export function graphHandedOn(graph: Buffer): Buffer {
  let changed = false;
  const shortened = (_: string, value: unknown): unknown => {
    if (typeof value !== 'string' || !machinePath.test(value)) return value;
    changed = true;
    return basename(win32.basename(value));
  };
  try {
    const parsed = JSON.parse(graph.toString('utf8'), shortened) as unknown;
    return changed ? Buffer.from(JSON.stringify(parsed, null, 2)) : graph;
  } catch {
    return Buffer.alloc(0);
  }
}
