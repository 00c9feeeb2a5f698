import type { Score } from '../report/data.js';
import type { Box } from './boxes.js';
import type { Pose } from './pose.js';
import type { ComparedPicture, Comparison } from './score.js';
import { scoreOf } from './statistics.js';

/** What `azit score --json` prints. */
export interface ScoreDocument {
  embedder: string;
  /** At this similarity and above the embedder takes two pictures for the same person. */
  threshold: number;
  references: { path: string; faces: number; error?: string }[];
  images: ScoredImage[];
  /** `noFace` counts readable pictures without a face, `unreadable` the others. */
  summary: Score & { unreadable: number };
}

export interface ScoredImage {
  path: string;
  faces: number;
  /** [left, top, right, bottom] in pixels of the largest, most central face. */
  box: Box | null;
  pose: Pose | null;
  sharpness: number | null;
  /** Mean similarity to the references of about the same pose. */
  identity: number | null;
  /** To each reference that shows a face. */
  similarities: { reference: string; similarity: number }[];
  nearestTraining?: number | null;
  error?: string;
}

export const defaultEmbedder = 'default';
const threshold = 0.37;

export function scoreDocument({ images, references }: Comparison, withTraining: boolean): ScoreDocument {
  const readable = images.filter(({ error }) => error === null);
  return {
    embedder: defaultEmbedder,
    threshold,
    references: references.map(({ key, faces, error }) => ({ path: key, faces, ...told(error) })),
    images: images.map((image) => describe(image, references, withTraining)),
    summary: {
      ...scoreOf(readable.map(({ measured }) => measured.identity)),
      unreadable: images.length - readable.length,
    },
  };
}

function describe(
  { key, measured, similarities, error }: ComparedPicture,
  references: Comparison['references'],
  withTraining: boolean,
): ScoredImage {
  const { faces, box, pose, sharpness, identity, nearestTraining } = measured;
  return {
    path: key,
    faces,
    box,
    pose,
    sharpness,
    identity,
    similarities: similarities.flatMap((similarity, index) =>
      similarity === null ? [] : [{ reference: references[index].key, similarity }],
    ),
    ...(withTraining ? { nearestTraining } : {}),
    ...told(error),
  };
}

const told = (error: string | null): { error?: string } => (error === null ? {} : { error });
