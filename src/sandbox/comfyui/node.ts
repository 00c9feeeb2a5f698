import type { Folders } from './folders.js';
import type { Graph } from './graph.js';
import type { Sampling } from './sampling.js';

/** A type name or, for a choice, its options; then what the editor shows and the limits. */
export type InputSpec = [type: string | string[], options?: Record<string, unknown>];

export interface InputTypes {
  required: Record<string, InputSpec>;
  optional?: Record<string, InputSpec>;
  hidden?: Record<string, string>;
}

/** What a node may use while it runs. */
export interface RunContext {
  folders: Folders;
  log(line: string): void;
  progress(value: number, max: number): void;
  /** @throws Interrupted */
  throwIfInterrupted(): void;
  sampling: Sampling;
  /** Lives as long as the node's id stays in the prompts that follow one another, as ComfyUI's node objects do. */
  memory: Map<string, unknown>;
  graph: Graph;
  extraPnginfo: Record<string, unknown> | null;
}

export interface NodeResult {
  outputs: unknown[];
  /** What an output node shows: `{images: [{filename, subfolder, type}]}`. */
  ui?: Record<string, unknown>;
}

/** One node class: its face (as /object_info shows it), its checks, what it does. */
export interface NodeDefinition {
  displayName: string;
  category: string;
  description?: string;
  outputNode?: boolean;
  outputs: string[];
  outputNames?: string[];
  outputTooltips?: string[];
  /** Default 'nodes'; the extras live in modules of their own. */
  pythonModule?: string;
  inputs(folders: Folders): InputTypes | Promise<InputTypes>;
  /** Replaces the check against a choice's list. Returns what is wrong with an input, or null. */
  validate?: { input: string; check(value: unknown, folders: Folders): Promise<string | null> };
  /** Part of the cache key: a file that changed runs again. */
  fingerprint?(inputs: Record<string, unknown>, folders: Folders): Promise<string>;
  run(inputs: Record<string, unknown>, context: RunContext): Promise<NodeResult> | NodeResult;
}
