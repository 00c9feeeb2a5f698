import path from 'node:path';
import sharp from 'sharp';
import type { ArtifactRef } from '../run/ref.js';
import type { ReportData } from '../run/record.js';
import { sha256Of, type ReadArtifact, type WriteFile } from './files.js';
import { modelsOf } from './graph/models.js';
import { graphHandedOn } from './handed-on/record.js';
import { graphInPicture } from './graph/in-picture.js';
import { handedOn } from './handed-on/picture.js';
import type { SweepTables } from './tables.js';
import { wantedPictures, type PictureUse, type WantedPicture } from './wanted.js';

/** The pictures of a report: their files, and small copies that the page carries inside. */
export interface Album {
  fileOf(ref: ArtifactRef): PictureFile;
  /** A data URI; null where the picture cannot be decoded (its file is there all the same). */
  thumbnailOf(ref: ArtifactRef, use: PictureUse): Thumbnail | null;
  /** Everything written: pictures, and the graphs that were found in them. */
  paths: string[];
}

export interface PictureFile {
  path: string;
  /** Of the file in the report. */
  sha256: string;
  /** Of the working copy in the artifact store, where that is another file: it still tells how it was made. */
  originalSha256?: string;
  /** The exact graph that the server executed for this picture, and the model files that it names. */
  graph?: { path: string; sha256: string };
  models?: string[];
}

export interface Thumbnail {
  uri: string;
  width: number;
  height: number;
}

/** Two at a time: enough for two cores, and never more than two pictures' bytes in memory. */
const picturesAtOnce = 2;

/** Longest side in pixels by how many pictures the page shows, so that it stays below about 10 MB. */
const sizes: { upTo: number; sides: Record<PictureUse, number> }[] = [
  { upTo: 220, sides: { sheet: 320, strip: 440, large: 1024 } },
  { upTo: 500, sides: { sheet: 224, strip: 320, large: 896 } },
  { upTo: 900, sides: { sheet: 144, strip: 224, large: 768 } },
  { upTo: Infinity, sides: { sheet: 112, strip: 160, large: 640 } },
];

export interface AlbumOptions {
  data: ReportData;
  tables: SweepTables;
  read: ReadArtifact;
  write: WriteFile;
  /** Copies pictures byte for byte, with the prompts, graphs and file names that ComfyUI wrote into them. */
  keepMetadata?: boolean;
  /** Where small copies are kept between reports. */
  thumbnails?: ThumbnailMemory;
  onProgress?: (done: number, of: number) => void;
  signal?: AbortSignal;
}

export interface ThumbnailMemory {
  /** @param side longest one, in pixels */
  find(sha256: string, side: number): Promise<Thumbnail | null>;
  keep(sha256: string, side: number, thumbnail: Thumbnail): Promise<void>;
}

/** Copies every picture, its graph beside it, and makes small copies of what the page shows. */
export async function gatherAlbum(options: AlbumOptions): Promise<Album> {
  const { data, tables, read, write, keepMetadata = false, thumbnails: memory, onProgress, signal } = options;
  const wanted = wantedPictures(data, tables);
  const brought = broughtPictures(data);
  const shown = [...wanted.values()].filter(({ uses }) => uses.size > 0).length;
  const { sides } = sizes.find(({ upTo }) => shown <= upTo)!;
  const thumbnails = new Map<string, Thumbnail | null>();
  const files = new Map<string, PictureFile>();
  const queue = wanted.values();
  let done = 0;
  const worker = async (): Promise<void> => {
    for (const picture of queue) {
      signal?.throwIfAborted();
      const bytes = await whole(picture, read);
      const graph = brought.has(picture.ref.sha256) ? null : graphInPicture(bytes);
      const file = keepMetadata ? await copyWhole(picture, bytes, write) : await copyBare(picture, bytes, write);
      files.set(picture.ref.sha256, { ...file, ...(await copyGraph(graph, write, keepMetadata)) });
      for (const use of picture.uses)
        thumbnails.set(keyOf(picture.ref, use), await small(picture.ref.sha256, bytes, sides[use], memory));
      onProgress?.(++done, wanted.size);
    }
  };
  await Promise.all(Array.from({ length: picturesAtOnce }, worker));
  return {
    fileOf: (ref) => files.get(ref.sha256)!,
    thumbnailOf: (ref, use) => thumbnails.get(keyOf(ref, use)) ?? null,
    // In the order of the report, whichever came to its end first.
    paths: [...new Set([...wanted.keys()].flatMap((sha256) => pathsOf(files.get(sha256))))],
  };
}

const pathsOf = (file?: PictureFile): string[] => (file ? [file.path, ...(file.graph ? [file.graph.path] : [])] : []);

const keyOf = (ref: ArtifactRef, use: PictureUse): string => `${ref.sha256} ${use}`;

async function whole({ ref }: WantedPicture, read: ReadArtifact): Promise<Buffer> {
  const bytes = await read(ref);
  const sha256 = sha256Of(bytes);
  if (sha256 !== ref.sha256) {
    throw new Error(`The image ${ref.name} is damaged: its sha256 is ${sha256}, not ${ref.sha256}.`);
  }
  return bytes;
}

/** What a person brought: a graph inside it is not ours, and tells nothing of this run. */
function broughtPictures({ stages, references }: ReportData): Set<string> {
  const all = [...stages.flatMap(({ outputs, rejected }) => [...outputs, ...rejected]), ...references];
  return new Set(all.filter(({ promptId }) => promptId === null).map(({ image }) => image.sha256));
}

async function copyWhole({ path: file }: WantedPicture, bytes: Buffer, write: WriteFile): Promise<PictureFile> {
  return { path: file, sha256: await write(file, bytes) };
}

async function copyBare({ ref, path: wanted }: WantedPicture, bytes: Buffer, write: WriteFile): Promise<PictureFile> {
  const { bytes: bare, extension } = await handedOn(bytes);
  const file = extension === null ? wanted : wanted.slice(0, -path.extname(wanted).length) + extension;
  const sha256 = await write(file, bare);
  return { path: file, sha256, ...(sha256 === ref.sha256 ? {} : { originalSha256: ref.sha256 }) };
}

async function copyGraph(
  graph: Buffer | null,
  write: WriteFile,
  keepMetadata: boolean,
): Promise<Pick<PictureFile, 'graph' | 'models'>> {
  if (!graph) return {};
  const bytes = keepMetadata ? graph : graphHandedOn(graph);
  const sha256 = sha256Of(bytes);
  const file = `graphs/pictures/${sha256.slice(0, 16)}.json`;
  await write(file, bytes);
  return { graph: { path: file, sha256 }, models: modelsOf(bytes) };
}

async function small(
  sha256: string,
  bytes: Buffer,
  side: number,
  memory: ThumbnailMemory | undefined,
): Promise<Thumbnail | null> {
  const kept = await memory?.find(sha256, side);
  if (kept) return kept;
  const made = await shrink(bytes, side);
  if (made) await memory?.keep(sha256, side, made);
  return made;
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
