/** How much of each kind of file is read at most: far above any honest one, far below what fills a memory or a day. */
export const fileLimits = {
  /** A page or two of YAML. */
  project: 1024 * 1024,
  /** A graph of some hundred nodes is 200 kB. */
  graph: 4 * 1024 * 1024,
  caption: 16 * 1024,
  /** A photo of 100 megapixels, uncompressed; a video called .jpg would fill the memory. */
  picture: 320 * 1024 * 1024,
  /** A report of the largest run is some 30 MB. */
  report: 256 * 1024 * 1024,
  /** A LoRA has up to some GB, the state to resume from twice that. */
  checkpoint: 16 * 1024 ** 3,
  trainingState: 64 * 1024 ** 3,
  /** Face models have up to 500 MB. */
  model: 4 * 1024 ** 3,
  /** Locks, notes and states of our own, which anybody may have replaced. */
  state: 1024 * 1024,
  record: 64 * 1024 * 1024,
  /** What the trainer logs in SQLite: some 100 bytes a value, and we have it log one in many steps. */
  lossLog: 256 * 1024 * 1024,
  /** A database of one row. */
  sideChannel: 8 * 1024 * 1024,
} as const;
