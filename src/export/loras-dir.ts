import { chmod, copyFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { throughPart } from '../files/atomic.js';
import { ExportError } from './errors.js';
import { hasTensors } from './ownership.js';
import { carryOut, judge, type Move } from './place.js';
import { asSetting } from './staging.js';
import type { StagedLora } from './stage-lora.js';

/** Also where ComfyUI runs as another user. */
const readableByAll = 0o644;

/** The folder of a person's ComfyUI, which may well be a link. @throws ExportError no-folder */
export async function openLorasDir(path: string): Promise<string> {
  const found = await stat(path).catch((error) => {
    throw asSetting(error, path);
  });
  if (found.isDirectory()) return await realpath(path);
  throw new ExportError('no-folder', `${path} is not a folder: give ComfyUI's models/loras.`);
}

/** Copies LoRAs and previews beside whatever lies there. @returns what is there now, and what was left as it is. */
export async function copyToLorasDir(
  lorasDir: string,
  directory: string,
  loras: readonly Pick<StagedLora, 'lora' | 'preview' | 'tensorsSha256'>[],
): Promise<{ files: string[]; notes: string[] }> {
  const files: string[] = [];
  const notes: string[] = [];
  for (const { lora, preview, tensorsSha256 } of loras) {
    const isOurs = (target: string): Promise<boolean> => hasTensors(target, tensorsSha256);
    await copy(join(directory, lora.path), { target: join(lorasDir, lora.path), isOurs });
    files.push(join(lorasDir, lora.path));
    if (!preview) continue;
    // A person may have put another picture there: which of the two is ours, nothing says.
    const target = join(lorasDir, preview.file.path);
    const isThere = await copy(join(directory, preview.file.path), {
      target,
      isOurs: async () => false,
      keepOthers: true,
    });
    if (isThere) files.push(target);
    else notes.push(`${target} is a different image, so AZIT did not overwrite it.`);
  }
  return { files, notes };
}

async function copy(from: string, move: Omit<Move, 'staged'>): Promise<boolean> {
  const fill = async (part: string): Promise<void> => {
    await copyFile(from, part);
    await chmod(part, readableByAll);
  };
  const settle = async (part: string): Promise<boolean> => {
    const whole = { ...move, staged: part };
    return await carryOut(whole, await judge(whole));
  };
  try {
    return await throughPart(move.target, fill, settle);
  } catch (error) {
    throw asSetting(error, move.target);
  }
}
