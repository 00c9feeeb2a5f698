import type { ScoreDocument, ScoredImage } from './score-document.js';

/** The document as a table for people: a line a picture, then what holds for all. */
export function scoreTable(document: ScoreDocument): string {
  const withTraining = document.images.some((image) => image.nearestTraining !== undefined);
  const head = [
    'picture',
    'faces',
    'identity',
    'yaw',
    'pitch',
    'sharpness',
    ...(withTraining ? ['nearest training'] : []),
  ];
  const rows = document.images.map((image) => rowOf(image, withTraining));
  return [...aligned([head, ...rows]), '', ...closing(document), ''].join('\n');
}

function rowOf(image: ScoredImage, withTraining: boolean): string[] {
  const { path, faces, identity, pose, sharpness, nearestTraining, error } = image;
  if (error !== undefined) return [path, '-', error];
  const angles = pose ? [pose.yaw, pose.pitch].map((angle) => String(Math.round(angle))) : ['-', '-'];
  const sharp = sharpness === null ? '-' : String(Math.round(sharpness));
  const nearest = withTraining ? [fixed(nearestTraining ?? null)] : [];
  return [path, String(faces), fixed(identity), ...angles, sharp, ...nearest];
}

function closing({ summary, threshold, references }: ScoreDocument): string[] {
  const { n, noFace, unreadable, mean, low, high } = summary;
  const without = references
    .filter(({ faces }) => faces === 0)
    .map(({ path, error }) => error ?? `${path} shows no face`);
  const identity = n === 0 ? 'none' : `${mean.toFixed(2)} (95 %: ${low.toFixed(2)} to ${high.toFixed(2)})`;
  return [
    `identity ${identity} over ${n} pictures with a face; ${noFace} without, ${unreadable} unreadable`,
    `${threshold} and above: taken for the same person`,
    ...without.map((reason) => `reference left out: ${reason}`),
  ];
}

/** A row that is shorter than the head ends in a sentence: it may run on. */
function aligned(rows: string[][]): string[] {
  const [head] = rows;
  const full = rows.filter((row) => row.length === head.length);
  const widths = head.map((_, column) => Math.max(...(column === 0 ? rows : full).map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

const fixed = (value: number | null): string => (value === null ? '-' : value.toFixed(3));
