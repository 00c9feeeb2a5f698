import type { ReportData } from '../../run/record.js';
import type { ArtifactRef } from '../../run/ref.js';
import type { Album, PictureFile, Thumbnail } from '../../report/album.js';
import type { PictureUse } from '../../report/wanted.js';
import { thumbnailSides, type ThumbnailSide } from './thumbnails.js';

/** Of a square one: only its shape matters, so that the page does not jump when it arrives. */
const unknownSize = { width: 1024, height: 1024 };

const sideOf: Record<PictureUse, ThumbnailSide> = { sheet: 320, strip: 512, large: 1280 };

/** The pictures of a run, by address; what it was asked for is what the run's page knows. */
export class StudioAlbum implements Album {
  readonly paths: string[] = [];
  readonly known = new Map<string, ArtifactRef>();
  readonly #sizes = new Map<string, { width: number; height: number }>();

  constructor(
    private readonly runId: string,
    { stages, editorial, references }: ReportData,
  ) {
    const all = [...stages.flatMap(({ outputs, rejected }) => [...outputs, ...rejected]), ...editorial, ...references];
    for (const { image, measured } of all) if (measured) this.#sizes.set(image.sha256, measured);
  }

  fileOf(ref: ArtifactRef): PictureFile {
    this.known.set(ref.sha256, ref);
    return { path: `/artifact/${ref.sha256}`, sha256: ref.sha256 };
  }

  thumbnailOf(ref: ArtifactRef, use: PictureUse): Thumbnail {
    this.known.set(ref.sha256, ref);
    const { width, height } = this.#sizes.get(ref.sha256) ?? unknownSize;
    const scale = Math.min(1, sideOf[use] / Math.max(width, height, 1));
    return {
      uri: thumbnailAddress(ref.sha256, sideOf[use], this.runId),
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
    };
  }
}

/** `of`: the run that it belongs to, so that a studio that was started again finds it. */
export const thumbnailAddress = (sha256: string, side: ThumbnailSide, of: string): string =>
  `/thumbnail/${sha256}/${side}?of=${encodeURIComponent(of)}`;

export const isThumbnailSide = (side: number): side is ThumbnailSide =>
  (thumbnailSides as readonly number[]).includes(side);
