import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { basename, extname } from 'node:path';
import type { ArtifactRef } from '../run/ref.js';
import { fileLimits } from '../files/limits.js';
import { readRegular } from '../files/regular-file.js';
import type { LoadedProject } from '../project/load.js';
import { graphKinds, type GraphKey } from '../project/graph-file.js';
import { readCaption, type FolderPicture } from '../project/pictures.js';
import type { PipelineInput } from '../run/messages.js';

const mediaTypes: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.jfif': 'image/jpeg',
  '.jpe': 'image/jpeg',
  '.webp': 'image/webp',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.avif': 'image/avif',
};

/** Puts the files that a project names into the store: workers may run on other machines. */
export async function uploadFiles(
  { files }: LoadedProject,
  store: ArtifactStore,
): Promise<Pick<PipelineInput, 'anchorImage' | 'datasetImages' | 'graphs'>> {
  const { anchorImage, datasetImages, graphs } = files;
  return {
    ...(graphs === undefined ? {} : { graphs: await putGraphs(store, graphs) }),
    ...(anchorImage === undefined ? {} : { anchorImage: await putPicture(store, anchorImage) }),
    ...(datasetImages === undefined ? {} : { datasetImages: await putFolder(store, datasetImages) }),
  };
}

async function putGraphs(
  store: ArtifactStore,
  graphs: NonNullable<LoadedProject['files']['graphs']>,
): Promise<NonNullable<PipelineInput['graphs']>> {
  const stored: NonNullable<PipelineInput['graphs']> = {};
  for (const [key, path] of Object.entries(graphs))
    stored[graphKinds[key as GraphKey]] = await store.putBytes(
      await readRegular(path, { maxBytes: fileLimits.graph }),
      {
        name: basename(path),
        mediaType: 'application/json',
      },
    );
  return stored;
}

async function putFolder(
  store: ArtifactStore,
  pictures: readonly FolderPicture[],
): Promise<NonNullable<PipelineInput['datasetImages']>> {
  const stored = [];
  for (const { path, captionPath } of pictures) {
    const caption = captionPath === null ? null : await readCaption(captionPath);
    stored.push({ image: await putPicture(store, path), caption: caption?.ok ? caption.text : null });
  }
  return stored;
}

async function putPicture(store: ArtifactStore, path: string): Promise<ArtifactRef> {
  const mediaType = mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream';
  return await store.putBytes(await readRegular(path, { maxBytes: fileLimits.picture }), {
    name: basename(path),
    mediaType,
  });
}
