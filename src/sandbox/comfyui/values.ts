import type { LoraWeights, Picture } from '../model/types.js';

// What flows along the links of a graph.

/** MODEL: the checkpoint and the adapters laid over it. */
export interface Model {
  checkpoint: string;
  loras: AppliedLora[];
}

export interface AppliedLora extends LoraWeights {
  /** False: NaN or infinity among the weights that reach the model, which makes every picture black. */
  finite: boolean;
}

/** CONDITIONING: the text, and the pictures that an edit starts from. */
export interface Conditioning {
  text: string;
  references: Picture[];
}

/** LATENT: a size in pixels and, where it was encoded or sampled, the pictures. */
export interface Latent {
  width: number;
  height: number;
  batchSize: number;
  pictures: Picture[] | null;
}

/** IMAGE: a batch of pictures of one size. */
export type ImageBatch = Picture[];
