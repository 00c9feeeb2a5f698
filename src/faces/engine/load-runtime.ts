import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as OnnxRuntime from 'onnxruntime-common';

/** onnxruntime-node, by the types of the package whose interface it has. */
export type Runtime = typeof OnnxRuntime;

/** From a folder that `ensureRuntime` returned. Throws what the system's loader says. */
export function loadRuntime(folder: string): Runtime {
  return createRequire(join(folder, 'here.js'))('onnxruntime-node') as Runtime;
}
