import { dataSha256, firstNonFinite, readSafetensorsHeader, type SafetensorsHeader } from '../artifacts/safetensors.js';
import { cut, longest } from '../text/cut.js';
import { fault, type Fault } from './errors.js';
import type { CheckpointMetadata } from './program.js';
import type { SoundCheckpoint } from './types.js';

export interface CheckpointExpectation {
  step: number;
  /** What its metadata must hold. */
  meta: Record<string, string>;
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
  metadata: CheckpointMetadata,
  known?: DataReading,
): Promise<Verdict> {
  try {
    const header = await readSafetensorsHeader(path);
    const found = known?.dataSha256 ?? (await dataSha256(path));
    const said = metadata.dataSha256(header);
    if (said && found !== said.sha256) return unsound(`its data does not match its ${said.key}`);
    const foreign = metadata.foreignness(header, expected.step) ?? mismatch(header, expected);
    if (foreign) return unsound(foreign);
    const tensor = known ? known.broken : await firstNonFinite(path);
    if (tensor) return spoilt(`Checkpoint ${expected.step} is broken: ${tensor} contains NaN or infinity.`);
    const futile = metadata.futility(header);
    if (futile) return spoilt(futile);
    const [tensors, shapes, madeBy] = [header.tensors.length, shapesOf(header), metadata.madeBy(header)];
    return { kind: 'sound', dataSha256: found, tensors, shapes, madeBy };
  } catch (error) {
    return unsound((error as Error).message);
  }
}

/** Names and shapes in one text, whatever their order in the file. */
const shapesOf = ({ tensors }: Pick<SafetensorsHeader, 'tensors'>): string =>
  tensors
    .map(({ name, shape }) => `${name} ${shape.join('x')}`)
    .sort()
    .join('\n');

function mismatch(
  { metadata, tensors }: SafetensorsHeader,
  { meta, shapes, modules }: CheckpointExpectation,
): string | null {
  const wrong = Object.entries(meta).find(([key, value]) => metadata[key] !== value);
  if (wrong) return `its metadata says ${wrong[0]} ${metadata[wrong[0]]}, not ${wrong[1]}`;
  if (tensors.length === 0) return 'it contains no tensors';
  const matrices = tensors.filter(({ name }) => !name.endsWith('.alpha')).length;
  if (modules && matrices !== 2 * modules)
    return `it contains ${matrices} matrices instead of the ${2 * modules} of its network`;
  if (shapes !== null && shapesOf({ tensors }) !== shapes) return 'its tensors do not match the network';
  return null;
}

const unsound = (reason: string): Verdict => ({ kind: 'unsound', reason: cut(reason, longest.message) });
const spoilt = (cause: string): Verdict => ({ kind: 'spoilt', fault: fault('training-hopeless', cause) });
