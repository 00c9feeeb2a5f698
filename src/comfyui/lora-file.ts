import { firstNonFinite, SafetensorsError } from '../artifacts/safetensors.js';
import { ComfyError } from './errors.js';

export interface LoraFile {
  path: string;
  sha256: string;
  /** For people: becomes part of the file's name where we name it. */
  label: string;
  /** Whose work needs it; several may. Once all of them are released, `tidyLoras` removes it. */
  user: string;
}

/** Header, layout and every number. */
export async function checkLora(path: string): Promise<void> {
  try {
    const broken = await firstNonFinite(path);
    if (broken !== null) throw new ComfyError('lora-broken', `The LoRA ${path} contains NaN or infinity in ${broken}.`);
  } catch (cause) {
    if (cause instanceof SafetensorsError) throw new ComfyError('lora-broken', cause.message, { cause });
    throw cause;
  }
}
