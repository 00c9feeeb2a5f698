import { access } from 'node:fs/promises';
import type { Tensor } from '../model/types.js';
import { readOptimizer, type OptimizerState } from './optimizer-file.js';
import { latestSavePath, optimizerPath, type RunFolder } from './run-folder.js';
import { readSafetensors } from './safetensors-file.js';

export interface ResumePoint {
  step: number;
  /** Null: fresh ones. */
  weights: Map<string, Tensor> | null;
  /** Null: a fresh one, which is also what ai-toolkit goes on with, saying little, where it can't load one. */
  optimizer: OptimizerState | null;
}

type Print = (line: string) => void;

/**
 * What lies in the run folder decides. The newest entry is the only one tried: where it can't be loaded this throws.
 * optimizer.pt is loaded whether or not it belongs to the weights.
 */
export async function findResumePoint(folder: RunFolder, print: Print): Promise<ResumePoint> {
  const path = await latestSavePath(folder);
  const checkpoint = path === null ? { step: 0, weights: null } : await loadCheckpoint(path, print);
  return { ...checkpoint, optimizer: await loadOptimizer(optimizerPath(folder), print) };
}

async function loadCheckpoint(path: string, print: Print): Promise<Pick<ResumePoint, 'step' | 'weights'>> {
  print(`#### IMPORTANT RESUMING FROM ${path} ####`);
  print(`Loading from ${path}`);
  if (!path.endsWith('.safetensors')) throw new Error('pop from empty list');
  const { metadata, tensors } = await readSafetensors(path);
  print('Missing keys: []');
  return { step: stepOf(path, metadata, print), weights: tensors };
}

/** The metadata's word, never the file name's; unreadable: 0, with the loaded weights. */
function stepOf(path: string, metadata: Record<string, string> | null, print: Print): number {
  try {
    if (!metadata) throw new Error("'NoneType' object is not subscriptable");
    const { step } = JSON.parse(metadata.training_info ?? '') as { step: number };
    print(`Found step ${step} in metadata, starting from there`);
    return step;
  } catch (error) {
    print(`Error loading metadata from ${path}: ${(error as Error).message}`);
    return 0;
  }
}

async function loadOptimizer(path: string, print: Print): Promise<OptimizerState | null> {
  const present = await access(path).then(
    () => true,
    () => false,
  );
  if (!present) return null;
  print(`Loading optimizer state from ${path}`);
  try {
    return await readOptimizer(path);
  } catch (error) {
    print(`Failed to load optimizer state from ${path}\n${(error as Error).message}`);
    return null;
  } finally {
    print('Updating optimizer LR from params');
  }
}
