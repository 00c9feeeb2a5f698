import type { ReadArtifact } from './album.js';
import type { ReportData, SweepPicture } from './data.js';

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
