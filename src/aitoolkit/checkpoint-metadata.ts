import { dataSha256, readSafetensorsHeader, type SafetensorsHeader } from '../artifacts/safetensors.js';
import { fileLimits } from '../files/limits.js';
import { regularSize } from '../files/regular-file.js';
import { cut, longest } from '../text/cut.js';
import { fault, type CheckpointMetadata, type Fault } from '../trainer/index.js';

const dataKey = 'sshs_model_hash';

/** @param arch one that ai-toolkit does not know is trained as SD 1.5 without a word */
export const checkpointMetadata = (runName: string, arch: string): CheckpointMetadata => ({
  dataSha256: ({ metadata }) => ({ key: dataKey, sha256: metadata[dataKey] }),
  madeBy: softwareOf,
  foreignness(header, step) {
    if (stepOf(header) !== step) return `its metadata says step ${stepOf(header)}, not ${step}`;
    const { ss_output_name: name } = header.metadata;
    return name === runName ? null : `it belongs to ${name}, not to ${runName}`;
  },
  futility: ({ metadata }) =>
    metadata.ss_base_model_version === 'sd_1.5' && !/^(sd1|sd15|sd_1\.5)(:|$)/.test(arch)
      ? `ai-toolkit does not know the architecture ${arch} and trained SD 1.5.`
      : null,
});

/** The un-numbered last file is the trainer's word that it came to its end. */
export async function finalFileFault(path: string, lastStep: number): Promise<Fault | null> {
  try {
    await regularSize(path, { maxBytes: fileLimits.checkpoint, followLinks: false });
    const header = await readSafetensorsHeader(path);
    if (stepOf(header) !== lastStep) {
      return fault('training-failed', `The trainer's final file is from step ${stepOf(header)}, not ${lastStep}.`);
    }
    const intact = (await dataSha256(path)) === header.metadata[dataKey];
    return intact ? null : fault('training-failed', "The trainer's final file is damaged.");
  } catch (error) {
    return fault('training-failed', `The trainer did not finish: ${(error as Error).message}`);
  }
}

/** The step that the metadata says, or null. */
function stepOf({ metadata }: SafetensorsHeader): number | null {
  const { step } = objectOf(metadata.training_info);
  return typeof step === 'number' ? step : null;
}

function softwareOf({ metadata }: SafetensorsHeader): string | null {
  const { name, version } = objectOf(metadata.software);
  return typeof name === 'string' && typeof version === 'string' ? cut(`${name} ${version}`, longest.name) : null;
}

/** Metadata holds JSON in its texts; nothing where it does not. */
function objectOf(text = ''): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
