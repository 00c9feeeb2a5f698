import type { ReadArtifact } from './files.js';
import type { ReportData } from '../run/record.js';
import type { SweepPicture } from '../run/checkpoint-record.js';

/** The sweep's pictures one by one, of each checkpoint by step and of no LoRA (null); kept in the store, not in the run. */
export type SweepTables = ReadonlyMap<number | null, SweepPicture[]>;

/** Runs of earlier versions have none. */
export async function readTables(data: ReportData, read: ReadArtifact): Promise<SweepTables> {
  const tables = new Map<number | null, SweepPicture[]>();
  const sets = [
    { step: null, generalisation: data.baselineGeneralisation },
    ...data.checkpoints.map(({ step, generalisation }) => ({ step, generalisation })),
  ];
  for (const { step, generalisation } of sets) {
    if (!generalisation) continue;
    tables.set(step, JSON.parse((await read(generalisation.table)).toString('utf8')) as SweepPicture[]);
  }
  return tables;
}

/**
 * Mean identity of pictures, and how much nearer they are to the nearest training image than to held-out ones; over those
 * with a face and a training image to be near to.
 */
export function copyingOf(pictures: readonly SweepPicture[]): { identity: number; memorisation: number } | null {
  const known = pictures.flatMap(({ identity, nearestTraining }) =>
    identity === null || nearestTraining === null ? [] : [{ identity, nearest: nearestTraining.similarity }],
  );
  if (known.length === 0) return null;
  const mean = (value: (one: (typeof known)[number]) => number) =>
    known.reduce((total, one) => total + value(one), 0) / known.length;
  return { identity: mean(({ identity }) => identity), memorisation: mean((one) => one.nearest - one.identity) };
}

export interface ClosePair {
  step: number;
  picture: SweepPicture;
  original: NonNullable<SweepPicture['nearestTraining']>;
}

/** More pairs than this say no more; the counts stand in the table. */
const mostCopies = 12;
const closestShown = 4;

/** Near-copies of any checkpoint, the nearest first; where there is none, the nearest renders of the shipped one. */
export function closePairs(tables: SweepTables, shipped: number | null): { copies: boolean; pairs: ClosePair[] } {
  const all = [...tables].flatMap(([step, pictures]) =>
    step === null
      ? []
      : pictures.flatMap((picture): ClosePair[] =>
          picture.nearestTraining ? [{ step, picture, original: picture.nearestTraining }] : [],
        ),
  );
  const nearest = (pairs: ClosePair[]) => pairs.toSorted((a, b) => b.original.similarity - a.original.similarity);
  const copies = nearest(all.filter(({ original }) => original.nearCopy));
  if (copies.length > 0) return { copies: true, pairs: copies.slice(0, mostCopies) };
  return { copies: false, pairs: nearest(all.filter(({ step }) => step === shipped)).slice(0, closestShown) };
}
