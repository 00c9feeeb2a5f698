import { apart, atLeast } from '../../text/figures.js';
import type { ScoreDocument } from './score-document.js';
import type { ScoredReference } from './score-set.js';
import type { ScoredImage } from './scored-image.js';
import type { ScoreSummary } from './score-summary.js';

/** Where many disagree, the first ones show what it is about; all are in the JSON document. */
const mostDisagreements = 10;

/** The document as a table for people: a line a picture, then what holds for all. */
export function scoreTable(document: ScoreDocument): string {
  const withTraining = document.images.some((image) => image.nearestTraining !== undefined);
  const ends = withTraining ? ['nearest training'] : [];
  const head = [
    'image',
    'faces',
    'certainty',
    'identity',
    'nearest reference',
    'yaw',
    'pitch',
    'roll',
    'sharpness',
    ...ends,
  ];
  const rows = document.images.map((image) => rowOf(image, document.threshold, withTraining).map(onOneLine));
  return [...aligned([head, ...rows]), '', ...closing(document).map(onOneLine), ''].join('\n');
}

function rowOf(image: ScoredImage, threshold: number, withTraining: boolean): string[] {
  const { path, faces, certainty, identity, pose, sharpness, similarities, nearestTraining, error } = image;
  if (error !== undefined) return [path, '-', error];
  const angles = pose ? [pose.yaw, pose.pitch, pose.roll].map((angle) => String(Math.round(angle))) : ['-', '-', '-'];
  const sharp = sharpness === null ? '-' : String(Math.round(sharpness));
  const best = similarities.length > 0 ? Math.max(...similarities.map(({ similarity }) => similarity)) : null;
  const nearest = nearestTraining ? `${fixed(nearestTraining.similarity)} ${nearestTraining.path}` : '-';
  const likeness = identity === null ? '-' : apart(identity, threshold, 3)[0];
  const measured = [certainty === null ? '-' : atLeast(certainty), likeness, fixed(best), ...angles, sharp];
  return [path, String(faces), ...measured, ...(withTraining ? [nearest] : [])];
}

function closing({ embedder, summary, threshold, weighting, references, images, crossCheck }: ScoreDocument): string[] {
  const without = references
    .filter(({ faces }) => faces === 0)
    .map(({ path, error }) => error ?? `${path} shows no face`);
  const several = images.filter(({ faces }) => faces > 1).length;
  return [
    ...summaryLines(embedder, threshold, summary),
    `identity: ${weighting}`,
    ...(several > 0
      ? [
          `${several} ${several === 1 ? 'image shows' : 'images show'} several faces: the one most similar to the references is scored`,
        ]
      : []),
    ...references.filter(({ faces }) => faces > 1).map(taken),
    ...without.map((reason) => `reference not used: ${reason}`),
    ...(crossCheck ? crossLines(crossCheck) : []),
  ];
}

/** Of a group as reference: which face it stands for. */
function taken({ path, faces, box }: ScoredReference): string {
  const [left, top, right, bottom] = (box ?? [0, 0, 0, 0]).map(Math.round);
  return `reference ${path} shows ${faces} faces: compared with the largest, most central one, ${right - left} x ${bottom - top} pixels at ${left}, ${top} (left, top)`;
}

function summaryLines(embedder: string, threshold: number, summary: ScoreSummary): string[] {
  const { n, noFace, unreadable, mean, low, high, noFaceShare, diversity, samePerson } = summary;
  const identity = mean === null ? 'none' : `${fixed(mean)} (95%: ${fixed(low)} to ${fixed(high)})`;
  const share = noFaceShare === null ? '' : ` (${Math.round(noFaceShare * 100)}%)`;
  return [
    `identity ${identity} over ${n} images with a face; ${noFace} without${share}, ${unreadable} unreadable`,
    `${samePerson} of ${n} show the same person by ${embedder} (identity ${threshold} or above)` +
      (diversity === null ? '' : `; diversity ${diversity.toFixed(2)} (0: all images alike)`),
  ];
}

function crossLines({ embedder, threshold, summary, correlation, disagree }: NonNullable<ScoreDocument['crossCheck']>) {
  const named = disagree.slice(0, mostDisagreements);
  const more = disagree.length - named.length;
  return [
    '',
    'cross-check:',
    ...summaryLines(embedder, threshold, summary),
    `correlation of the two rankings: ${correlation === null ? '-' : correlation.toFixed(2)} (1: the same order)`,
    ...named.map(({ path, why, identity, crossIdentity }) => {
      return `they disagree: ${path}: ${why} (${fixed(identity)} against ${fixed(crossIdentity)})`;
    }),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

/** A row that is shorter than the head ends in a sentence: it may run on. */
function aligned(rows: string[][]): string[] {
  const [head] = rows;
  const full = rows.filter((row) => row.length === head.length);
  const widest = (table: string[][], column: number) =>
    table.reduce((width, row) => Math.max(width, row[column].length), 0);
  const widths = head.map((_, column) => widest(column === 0 ? rows : full, column));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

/** A file's name may hold line ends, and what a terminal obeys. */
const onOneLine = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));

const fixed = (value: number | null): string => (value === null ? '-' : value.toFixed(3));
