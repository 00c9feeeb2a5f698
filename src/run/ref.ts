/** What histories carry instead of bytes: which content, how large, of what kind, called what. */
export interface ArtifactRef {
  /** Lower-case hex of the content. */
  sha256: string;
  bytes: number;
  /** e.g. image/png, application/json, application/x-safetensors */
  mediaType: string;
  /** A plain file name for people, e.g. anchor-3.png */
  name: string;
}
