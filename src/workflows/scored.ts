import type { EmbedderProvenance } from '../run/record.js';
import type { Run } from './run.js';

/** Likeness from which on the embedder that has measured this run so far takes two pictures for one person. */
export const thresholdOf = ({ record }: Run): number | undefined =>
  (record.provenance.embedders as EmbedderProvenance[] | undefined)?.[0]?.threshold;
