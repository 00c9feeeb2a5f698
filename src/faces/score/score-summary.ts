import type { Embedder } from '../models/embedder.js';
import type { ScoredSet } from './score-set.js';
import { scoreOf } from '../../choice/statistics.js';

export interface ScoreSummary {
  /** Pictures with a face. */
  n: number;
  /** Readable pictures without one. */
  noFace: number;
  /** Of identity, with its 95 % interval; null without any face. */
  mean: number | null;
  low: number | null;
  high: number | null;
  /** Files that could not be read. */
  unreadable: number;
  /** Of the readable pictures, 0 to 1. */
  noFaceShare: number | null;
  /** 1 - mean cosine between two of the pictures' faces. */
  diversity: number | null;
  /** Pictures at or above the threshold, of those with a face. */
  samePerson: number;
}

export interface MeasuredSet {
  embedder: Embedder;
  set: ScoredSet;
}

export function summaryOf({ images, diversity }: ScoredSet, threshold: number): ScoreSummary {
  const readable = images.filter(({ error }) => error === undefined);
  const { n, noFace, mean, low, high } = scoreOf(readable.map(({ identity }) => identity));
  return {
    n,
    noFace,
    ...(n > 0
      ? { mean: rounded(mean), low: rounded(low), high: rounded(high) }
      : { mean: null, low: null, high: null }),
    unreadable: images.length - readable.length,
    noFaceShare: readable.length > 0 ? rounded(noFace / readable.length) : null,
    diversity: diversity === null ? null : rounded(diversity),
    samePerson: readable.filter(({ identity }) => identity !== null && identity >= threshold).length,
  };
}

const rounded = (value: number): number => Number(value.toFixed(4));
