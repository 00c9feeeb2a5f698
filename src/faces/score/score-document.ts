import type { EmbedderProvenance } from '../../run/checkpoint-record.js';
import { agreementOf, type EmbedderAgreement } from './cross-check.js';
import type { ScoredImage } from './scored-image.js';
import type { ScoredReference } from './score-set.js';
import { weightingWords } from './references.js';
import { summaryOf, type MeasuredSet, type ScoreSummary } from './score-summary.js';

/** What `azit score --json` prints. */
export interface ScoreDocument {
  embedder: string;
  /** At this similarity and above the embedder takes two pictures for the same person. */
  threshold: number;
  references: ScoredReference[];
  images: ScoredImage[];
  summary: ScoreSummary;
  /** How an image's similarities become its identity, in words. */
  weighting: string;
  /** What measured, with the sha256 of its files and its licence. */
  provenance: EmbedderProvenance[];
  /** With a second embedder: where the two disagree. */
  crossCheck?: EmbedderAgreement;
}

/** `second`: the same files measured by another embedder. */
export function scoreDocument(
  { embedder, set }: MeasuredSet,
  provenance: EmbedderProvenance[],
  second?: MeasuredSet,
): ScoreDocument {
  return {
    embedder: embedder.name,
    threshold: embedder.threshold,
    references: set.references,
    images: set.images,
    summary: summaryOf(set, embedder.threshold),
    weighting: weightingWords,
    provenance,
    ...(second ? { crossCheck: agreementOf({ embedder, set }, second) } : {}),
  };
}
