import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { DrawingMemory } from '../report/index.js';
import { unlessDamaged } from './measurement-records.js';

/** One tag of what our charts are made of: lines and letters, no script, no link. */
const tag = /<\/?(?:svg|g|path|line|rect|text)(?: (?:(?!on)[a-z][a-z\d-]*|xmlns:xlink|viewBox)="[^"<>]*")*\/?>/g;

/** What a page is to carry as it is: it may have been changed in the store. */
const drawing = z.object({
  svg: z.string().refine((svg) => svg.startsWith('<svg ') && !/url\(/i.test(svg) && !/[<>]/.test(svg.replace(tag, ''))),
});

/** Of a chart or a strip, by what it shows. */
export const drawingKeyOf = (sha256: string): string => `drawings/${sha256.slice(0, 2)}/${sha256}`;

/** The charts of reports, for every report that shows the same. They go with the run that drew them. */
export function drawingRecords(store: ArtifactStore, runId: string): DrawingMemory {
  return {
    async find(sha256) {
      const kept = drawing.safeParse(await unlessDamaged(store.getRecord(drawingKeyOf(sha256))));
      return kept.success ? kept.data.svg : null;
    },
    async keep(sha256, svg) {
      await unlessDamaged(store.putRecord(drawingKeyOf(sha256), { svg, by: runId }));
    },
  };
}
