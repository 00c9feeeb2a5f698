/** A picture in memory: RGB, 3 bytes a pixel, row-major, no padding. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** The tensors of one adapter file and how strongly it is asked to act (1 = as trained). */
export interface LoraWeights {
  tensors: ReadonlyMap<string, Tensor>;
  strength: number;
}

export interface DrawRequest {
  prompt: string;
  negative: string;
  seed: number;
  width: number;
  height: number;
  loras: LoraWeights[];
  /** Editing: the head is fitted to these pixels and drawn again as the prompt asks. */
  reference?: Picture;
  /** 1 = all as the prompt asks; less than 1 with a reference keeps more of it (img2img). Default 1. */
  denoise?: number;
}
