import type { ServedName } from '../project/families/editors.js';
import type { NotifySettings } from '../notify/index.js';
import type { ModelFiles } from '../project/model-files.js';
import type { Role } from '../project/names.js';

/** What this machine offers and where its engines are: flags and environment of the worker, never of a project. */
export interface WorkerOptions {
  roles: readonly Role[];
  /** Model families, and for the role render editors. */
  families: readonly ServedName[];
  taskQueuePrefix: string;
  /** Folder or URL of the artifact store. */
  store: string;
  /** Scratch space; everything in it can be lost. */
  workDir: string;
  /** This machine's own names for the families' model files. */
  modelFiles?: ModelFiles;
  /** Render and train: the GPU (or several, by commas) that this worker's engine is on; shared with whoever names it. */
  gpu?: string;
  /** Of an hour of this worker's GPU, in the person's own currency. */
  price?: number;
  render?: { comfyUrl: string; lorasDir?: string; outputDir?: string; headers?: Record<string, string> };
  /** Embedders by name or YAML file: one that measures (default: `default`), one to check it by. */
  identity?: { embedder?: string; crossCheck?: string; /** Folder of a CLIP model. */ clip?: string };
  /** Pipeline: who is told of what runs ask and how they end. */
  notify?: NotifySettings;
  train?: { command: string[]; cwd?: string; gpu?: string };
  /** Called once all workers poll. */
  onReady?: () => void;
  /** Stops the workers: running activities get a short grace. */
  signal?: AbortSignal;
}

/** Names a setting that a role needs and did not get. */
export class WorkerSettingError extends Error {
  override readonly name = 'WorkerSettingError';
  readonly type = 'bad-setting';
}
