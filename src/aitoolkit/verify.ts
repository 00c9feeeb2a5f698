import { dataSha256, firstNonFinite, readSafetensorsHeader, type SafetensorsHeader } from '../artifacts/safetensors.js';
import { cut, longest } from '../text/cut.js';
import { fault, type Fault } from './errors.js';
import type { SoundCheckpoint } from './types.js';

export interface CheckpointExpectation {
  step: number;
  runName: string;
  meta: Record<string, string>;
  /** ai-toolkit's arch; one that it does not know is trained as SD 1.5 without a word. */
  arch: string;
  /** Names and shapes of the network's tensors, once known. */
  shapes: string | null;
  /** How many modules its network has; 0 or absent where that is not known, or does not tell how many tensors there are. */
  modules?: number;
}

export type Verdict =
  | ({ kind: 'sound'; shapes: string } & Pick<SoundCheckpoint, 'dataSha256' | 'tensors' | 'madeBy'>)
  /** Not (yet) what it should be: cut, half written, changed, or somebody else's file. */
  | { kind: 'unsound'; reason: string }
  /** It is what the trainer meant to write, and going on is no use. */
  | { kind: 'spoilt'; fault: Fault };

/** What was found in the data while the file was written, so that it is not read again for it. */
export interface DataReading {
  dataSha256: string;
  /** The first tensor that holds a NaN or an infinity. */
  broken: string | null;
}

/** Judges one checkpoint file by itself: length, hash of its data, step, origin, network, finite numbers. */
export async function verifyCheckpoint(
  path: string,
  expected: CheckpointExpectation,
  known?: DataReading,
): Promise<Verdict> {
  let header: SafetensorsHeader;
  try {
    header = await readSafetensorsHeader(path);
    const found = known?.dataSha256 ?? (await dataSha256(path));
    if (found !== header.metadata.sshs_model_hash) return unsound('its data is not what its sshs_model_hash says');
    const foreign = foreignness(header, expected);
    if (foreign) return unsound(foreign);
    const tensor = known ? known.broken : await firstNonFinite(path);
    if (tensor) {
      return spoilt('training-hopeless', `Checkpoint ${expected.step} is broken: ${tensor} is not finite.`);
    }
  } catch (error) {
    return unsound((error as Error).message);
  }
  if (fellBack(header, expected)) {
    return spoilt(
      'training-hopeless',
      `ai-toolkit does not know the architecture ${expected.arch} and trained SD 1.5.`,
    );
  }
  const { sshs_model_hash: dataHash } = header.metadata;
  const { tensors } = header;
  return {
    kind: 'sound',
    dataSha256: dataHash,
    tensors: tensors.length,
    shapes: shapesOf(header),
    madeBy: softwareOf(header),
  };
}

/** The step that the metadata says, or null. */
export function stepOf({ metadata }: SafetensorsHeader): number | null {
  const { step } = objectOf(metadata.training_info);
  return typeof step === 'number' ? step : null;
}

/** Name and version of the trainer as the metadata says them, or null. */
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

/** Names and shapes in one text, whatever their order in the file. */
export const shapesOf = ({ tensors }: SafetensorsHeader): string =>
  tensors
    .map(({ name, shape }) => `${name} ${shape.join('x')}`)
    .sort()
    .join('\n');

function foreignness(
  header: SafetensorsHeader,
  { step, runName, meta, shapes, modules }: CheckpointExpectation,
): string | null {
  const { metadata, tensors } = header;
  if (stepOf(header) !== step) return `its metadata says step ${stepOf(header)}, not ${step}`;
  if (metadata.ss_output_name !== runName) return `it belongs to ${metadata.ss_output_name}, not to ${runName}`;
  const wrong = Object.entries(meta).find(([key, value]) => metadata[key] !== value);
  if (wrong) return `its metadata says ${wrong[0]} ${metadata[wrong[0]]}, not ${wrong[1]}`;
  if (tensors.length === 0) return 'it holds no tensors';
  const matrices = tensors.filter(({ name }) => !name.endsWith('.alpha')).length;
  if (modules && matrices !== 2 * modules) return `it holds ${matrices} matrices, and its network has ${2 * modules}`;
  if (shapes !== null && shapesOf(header) !== shapes) return 'its tensors are not those of the network';
  return null;
}

const fellBack = ({ metadata }: SafetensorsHeader, { arch }: CheckpointExpectation): boolean =>
  metadata.ss_base_model_version === 'sd_1.5' && !/^(sd1|sd15|sd_1\.5)(:|$)/.test(arch);

const unsound = (reason: string): Verdict => ({ kind: 'unsound', reason: cut(reason, longest.message) });
const spoilt = (type: Fault['type'], cause: string): Verdict => ({ kind: 'spoilt', fault: fault(type, cause) });
