/** What a graph is for; each is a file `GRAPH.json` (ComfyUI's API format) in the family's folder. */
export type GraphKind = 'text-to-image' | 'edit' | 'text-to-image-lora';

export interface ViewRequest {
  /** Degrees; positive: the head turned to the picture's left, as fr_pose measures it. */
  yaw: number;
  /** Degrees; positive: looking up. */
  pitch: number;
  distance: 'close' | 'bust' | 'half';
  expression: 'neutral' | 'smile' | 'open';
  /** `plain`: as the portrait of stage 02, and the caption says so. Absent: nothing varies, and no caption says it. */
  setting?: 'plain' | Setting;
}

/** The usual words, or others for a view that these did not bring. */
export type Wording = 'usual' | 'other';

/** What varies on purpose, in words of a prompt: `red sweater`, `in a park`, `daylight`. */
export interface Setting {
  clothes: string;
  background: string;
  light: string;
  /** Absent: the person's own. */
  hair?: string;
}

/**
 * A model family: its graphs (beside this file's implementation), how it likes to be asked, how its LoRA is trained.
 * Pure data and pure functions: workflows use it.
 */
export interface Family {
  name: string;
  /** The base model at Hugging Face; null: it is at no hub. */
  repository: string | null;
  /** How metadata names the base model's architecture, as the trainers do that write `modelspec.architecture`. */
  architecture: string;
  /** Of the base model: a LoRA of it is bound by the same words. */
  licence: Licence;
  /** The model that renders with the LoRA, where it is another than the base that the LoRA is trained on. */
  renderer?: { name: string; repository: string; licence: Licence };
  /** The model that stages 02 to 04 edit with, where it is another than the base. */
  editor?: { name: string; repository: string; licence: Licence };
  /** The first ComfyUI whose own templates have the model: an older one may render it and lose parts of its LoRAs. */
  comfyui?: string;
  /** The folder of a graph beside this file, where it is shared with another family. */
  graphs?: Partial<Record<GraphKind, string>>;
  /** The model files that its graphs load, by the role each has: what `azit worker --model-file ROLE=NAME` may rename. */
  modelFiles: Readonly<Record<string, string>>;
  /** Pixels of a render, square unless said. */
  size: { width: number; height: number };
  /** False: 02-04 are img2img at falling denoise, and more of their pictures are rejected. */
  edits: boolean;
  /** How many images of the person its graph `edit` takes at once, as a chain of ReferenceLatent. Absent: one. */
  inputImages?: number;
  /** Img2img only: the denoise of each round of retries, falling: every round stays nearer to the given picture. */
  editDenoise?: readonly [number, ...number[]];
  /** The passport prompt of stage 02. */
  canonicalPrompt: string;
  /** The prompt that asks an editing graph for a view of the person in the given picture. */
  viewPrompt(view: ViewRequest, wording?: Wording): string;
  /** What varies in a picture and must not be learnt: the words of its caption, without the trigger. */
  caption(view: ViewRequest): string;
  negative: string;
  /** Default prompts of sweep and editorial; `[trigger]` stands for the trigger word. */
  sweepPrompts: { id: string; text: string }[];
  editorialPrompts: { id: string; text: string }[];
  training: TrainingPreset;
  /** What a training also loads from Hugging Face, beside the base model: a file of each part, `owner/name/path`. */
  hubFiles?: readonly string[];
  /** The file that shows that the base model's repository is there. Default: `model_index.json`. */
  baseFile?: string;
}

/** A summary for people; the licence itself decides. */
export interface Licence {
  name: string;
  /** Hugging Face's identifier, or 'other' where it has none. */
  id: string;
  url: string;
  /** What it allows, in a sentence. */
  terms: string;
  /** Whether the LoRA and its images may be sold: by anybody, below a revenue cap, or not without a contract. */
  commercial: 'yes' | 'capped' | 'no';
  /** Where the licence says so, unless anybody may. */
  clause?: string;
  /** The hub hands the files out only to those who accepted the licence there. */
  gated?: true;
}

/** How a family's LoRA is trained: what every trainer is told, and what each of them alone understands. */
export interface TrainingPreset {
  /** A path or a repository. */
  baseModel: string;
  resolution: number[];
  learningRate: number;
  /** Counts the ways in which a trainer of our own makes other weights of the same: what an earlier one made is not reused. */
  revision?: number;
  /** By trainer; only the adapter of that name reads its own. */
  trainers: { 'ai-toolkit': AiToolkitPreset; [trainer: string]: unknown };
}

/** Keys of ai-toolkit's `config.process[0]`, merged over what its adapter always sets. */
export interface AiToolkitPreset {
  arch: string;
  /** Sections of the process: network, save, train, model. */
  process: Record<string, Record<string, unknown>>;
}
