import path from 'node:path';
import sharp from 'sharp';
import type { ArtifactRef } from '../artifacts/ref.js';
import type { ReportData } from './data.js';
import { sha256Of, writeWhole } from './files.js';
import type { SweepTables } from './tables.js';
import { wantedPictures, type PictureUse, type WantedPicture } from './wanted.js';

/** The pictures of a report: their files, and small copies that the page carries inside. */
export interface Album {
  fileOf(ref: ArtifactRef): { path: string; sha256: string };
  /** A data URI; null where the picture cannot be decoded (its file is there all the same). */
  thumbnailOf(ref: ArtifactRef, use: PictureUse): Thumbnail | null;
  paths: string[];
}

export interface Thumbnail {
  uri: string;
  width: number;
  height: number;
}

export type ReadArtifact = (ref: ArtifactRef) => Promise<Buffer>;

/** Two at a time: enough for two cores, and never more than two pictures' bytes in memory. */
const picturesAtOnce = 2;

/** Longest side in pixels by how many pictures there are, so that the page stays below about 10 MB. */
const sizes: { upTo: number; sides: Record<PictureUse, number> }[] = [
  { upTo: 220, sides: { sheet: 320, strip: 440, large: 1024 } },
  { upTo: 500, sides: { sheet: 224, strip: 320, large: 896 } },
  { upTo: Infinity, sides: { sheet: 144, strip: 224, large: 768 } },
];

/** Copies every picture into the folder byte for byte and makes its small copies. */
export async function gatherAlbum(
  data: ReportData,
  tables: SweepTables,
  read: ReadArtifact,
  directory: string,
): Promise<Album> {
  const wanted = wantedPictures(data, tables);
  const { sides } = sizes.find(({ upTo }) => wanted.size <= upTo)!;
  const thumbnails = new Map<string, Thumbnail | null>();
  const queue = wanted.values();
  const worker = async (): Promise<void> => {
    for (const picture of queue) {
      const bytes = await copy(picture, read, directory);
      for (const use of picture.uses) thumbnails.set(keyOf(picture.ref, use), await shrink(bytes, sides[use]));
    }
  };
  await Promise.all(Array.from({ length: picturesAtOnce }, worker));
  return {
    fileOf: (ref) => ({ path: wanted.get(ref.sha256)!.path, sha256: ref.sha256 }),
    thumbnailOf: (ref, use) => thumbnails.get(keyOf(ref, use)) ?? null,
    paths: [...wanted.values()].map((picture) => picture.path),
  };
}

const keyOf = (ref: ArtifactRef, use: PictureUse): string => `${ref.sha256} ${use}`;

async function copy({ ref, path: relative }: WantedPicture, read: ReadArtifact, directory: string): Promise<Buffer> {
  const bytes = await read(ref);
  const sha256 = sha256Of(bytes);
  if (sha256 !== ref.sha256) {
    throw new Error(`The picture ${ref.name} is damaged: its sha256 is ${sha256}, not ${ref.sha256}.`);
  }
  await writeWhole(path.join(directory, relative), bytes);
  return bytes;
}

async function shrink(bytes: Buffer, side: number): Promise<Thumbnail | null> {
  try {
    const { data, info } = await sharp(bytes, { sequentialRead: true })
      .autoOrient()
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 82, effort: 3 })
      .toBuffer({ resolveWithObject: true });
    return { uri: `data:image/webp;base64,${data.toString('base64')}`, width: info.width, height: info.height };
  } catch {
    return null; // not a picture that this machine can decode: the page links to the file
  }
}
