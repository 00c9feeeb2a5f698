import type { ReportData } from '../../run/record.js';
import { basename, win32 } from 'node:path';

/** A path with a folder in it, of any system; not the path of an address, which stands after its host. */
const machinePath =
  /(?<![\w.:/\\~-])(?:~|[A-Za-z]:)?[\\/](?:[^\s'"`<>|:;,()[\]{}\\/]+[\\/])+[^\s'"`<>|:;,()[\]{}\\/]*|~[\\/][^\s'"`<>|:;,()[\]{}]+/g;

/** `…/loras` for `/home/jane/ComfyUI/models/loras`. */
export const withoutFolders = (text: string): string =>
  text.replace(machinePath, (path) => `…/${path.split(/[\\/]/).findLast((part) => part !== '') ?? ''}`);

/**
 * What a run tells of itself as it may leave the house: no folder of a machine in its failures, its timeline and its
 * provenance, no command line of a server (it may hold keys and homes). Prompts and captions are the person's own words.
 */
export function recordHandedOn(data: ReportData): ReportData {
  const bare = (text: string | null): string | null => text && withoutFolders(text);
  return {
    ...data,
    stages: data.stages.map((stage) => ({
      ...stage,
      message: bare(stage.message),
      rejected: stage.rejected.map((one) => ({ ...one, reason: withoutFolders(one.reason) })),
    })),
    timeline: data.timeline.map((event) => ({ ...event, text: withoutFolders(event.text) })),
    provenance: provenanceHandedOn(data.provenance) as ReportData['provenance'],
  };
}

function provenanceHandedOn(value: unknown): unknown {
  if (typeof value === 'string') return withoutFolders(value);
  if (Array.isArray(value)) return value.map(provenanceHandedOn);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'argv');
  return Object.fromEntries(entries.map(([key, child]) => [key, provenanceHandedOn(child)]));
}

/** `/home/me/x`, `~/x`, `C:\x`, `\\server\x`, `file:///x`: as a whole text, so that no prompt is taken for one. */
const wholePath = /^(?:~?\/[^\n]*\/|~\/|[A-Za-z]:[\\/]|\\\\|file:\/\/)[^\n]*$/;

/** A graph as it may leave the house: where a value is a path of the machine, its last part. */
export function graphHandedOn(graph: Buffer): Buffer {
  let changed = false;
  const shortened = (_: string, value: unknown): unknown => {
    if (typeof value !== 'string' || !wholePath.test(value)) return value;
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
