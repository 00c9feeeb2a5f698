import { sourceOf } from '../project/families/model-sources.js';

export type Vocabulary = 'CLIP' | 'T5' | 'Qwen';

/** What decides beforehand whether a training fits, and where each figure is from. */
export interface TrainingFacts {
  /** `folder` of `repository` at Hugging Face (default: of the base model) holds the tokenizer. */
  tokenizers: { vocabulary: Vocabulary; folder: string; repository?: string }[];
  /** Tokens of a caption that are read, with those that the encoder's own template takes. */
  caption: { vocabulary: Vocabulary; limit: number; reserved: number; source: string };
  /** Sides of buckets are multiples of it. */
  multiple: number;
  /** Weights of the trained part, in thousands of millions; null: not known. */
  billions: { count: number; source: string } | null;
  /** A card on which others train with such settings; null: not known. */
  card: { gigabytes: number; source: string } | null;
}

const bytesOfGib = 2 ** 30;

/** Counted from the file that ComfyUI's templates name, whose size they tell in binary units. */
function countedFrom(file: string, bytesPerWeight: number): TrainingFacts['billions'] {
  const gigabytes = sourceOf(file)?.gigabytes;
  if (gigabytes === undefined) return null;
  return {
    count: Number(((gigabytes * bytesOfGib) / bytesPerWeight / 1e9).toFixed(1)),
    source: `the size of ${file} in ComfyUI's templates`,
  };
}

const clip = { vocabulary: 'CLIP', folder: 'tokenizer' } as const;
const clipCaption = {
  vocabulary: 'CLIP',
  limit: 77,
  reserved: 2,
  source: 'toolkit/train_tools.py of ai-toolkit 0.12.26',
} as const;
const qwen = (repository?: string, folder = ''): TrainingFacts['tokenizers'] => [
  { vocabulary: 'Qwen', folder, repository },
];
const qwenCaption = (limit: number, source: string): TrainingFacts['caption'] => ({
  vocabulary: 'Qwen',
  limit,
  reserved: 16,
  source,
});
const example = (name: string): TrainingFacts['card'] => ({
  gigabytes: 24,
  source: `ai-toolkit's example config ${name}`,
});

/** By ai-toolkit's architecture; its multiples are what `get_bucket_divisibility` gives in 0.12.26. */
const facts: Readonly<Record<string, TrainingFacts>> = {
  sd1: { tokenizers: [clip], caption: clipCaption, multiple: 16, billions: null, card: null },
  sdxl: { tokenizers: [clip], caption: clipCaption, multiple: 16, billions: null, card: null },
  sd3: {
    tokenizers: [clip, { vocabulary: 'T5', folder: 'tokenizer_3' }],
    caption: clipCaption,
    multiple: 32,
    billions: null,
    card: example('train_lora_sd35_large_24gb.yaml'),
  },
  flux: {
    tokenizers: [clip, { vocabulary: 'T5', folder: 'tokenizer_2' }],
    caption: { vocabulary: 'T5', limit: 512, reserved: 1, source: clipCaption.source },
    multiple: 32,
    billions: countedFrom('flux1-dev.safetensors', 2),
    card: example('train_lora_flux_24gb.yaml'),
  },
  qwen_image: {
    tokenizers: qwen(undefined, 'tokenizer'),
    caption: qwenCaption(1024, 'pipeline_qwenimage.py of diffusers 0.39.0'),
    multiple: 32,
    billions: countedFrom('qwen_image_2512_fp8_e4m3fn.safetensors', 1),
    card: example('train_lora_qwen_image_24gb.yaml'),
  },
  zimage: {
    tokenizers: qwen('Tongyi-MAI/Z-Image-Turbo', 'tokenizer'),
    caption: qwenCaption(512, 'pipeline_z_image.py of diffusers 0.39.0'),
    multiple: 16,
    billions: countedFrom('z_image_turbo_bf16.safetensors', 2),
    card: null,
  },
  flux2_klein_4b: {
    tokenizers: qwen('Qwen/Qwen3-4B'),
    caption: qwenCaption(512, 'flux2/src/pipeline.py of ai-toolkit 0.12.26'),
    multiple: 16,
    billions: countedFrom('flux-2-klein-base-4b.safetensors', 2),
    card: null,
  },
  flux2_klein_9b: {
    tokenizers: qwen('Qwen/Qwen3-8B'),
    caption: qwenCaption(512, 'flux2/src/pipeline.py of ai-toolkit 0.12.26'),
    multiple: 16,
    billions: { count: 9, source: "the model's name" },
    card: null,
  },
  krea2: {
    tokenizers: qwen('Qwen/Qwen3-VL-4B-Instruct'),
    caption: qwenCaption(512, 'krea2.py of ai-toolkit 0.12.26'),
    multiple: 16,
    billions: countedFrom('krea2_turbo_fp8_scaled.safetensors', 1),
    card: null,
  },
};

export const factsOf = (architecture: string): TrainingFacts | null =>
  Object.hasOwn(facts, architecture) ? facts[architecture] : null;
