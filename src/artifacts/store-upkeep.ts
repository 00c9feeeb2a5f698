/** A stored content as a list has it. */
export interface StoredContent {
  sha256: string;
  bytes: number;
  /** When it was written or last relied on, by the store's own clock. */
  touchedAtMs: number;
}

export interface StoredRecord {
  key: string;
  bytes: number;
  /** When it was written, by the store's own clock. */
  writtenAtMs: number;
}

/**
 * What tidying needs of a store beyond what runs need: lists, and removal. Whoever relies on content that is there already
 * makes it young first (`ArtifactStore.holds`, as git freshens an object that it would write again), and what is younger
 * than a removal allows stays: so nothing goes that somebody has just begun to use.
 */
export interface StoreUpkeep {
  /** Content that is relied on again within this time is not touched again. */
  readonly touchedForMs: number;
  /** Piece by piece, in no order: a store may hold millions. */
  contents(): AsyncIterable<StoredContent>;
  /** @param below the beginning of their keys up to a slash, e.g. `runs/` */
  records(below?: string): AsyncIterable<StoredRecord>;
  /** @returns false where it was gone, or was touched at that time or later: then it stays. */
  removeContent(sha256: string, touchedBeforeMs: number): Promise<boolean>;
  removeRecord(key: string): Promise<void>;
  /** Unfinished files of writers that were killed. @returns their bytes */
  removeLeftovers(writtenBeforeMs: number, dryRun: boolean): Promise<number>;
}
