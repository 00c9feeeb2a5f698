import type { ReportData } from '../../run/record.js';

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
