import { fingerprintOf } from '../project/fingerprint.js';
import type { TrainLoraInput } from '../run/contracts.js';

/**
 * Says in each checkpoint's metadata what it was trained from: one of another training, by whoever laid under our name,
 * has another. No run id and nothing that only says how long or how to watch: the same project gives the same bytes.
 */
export function trainingMark(input: TrainLoraInput): Record<string, string> {
  const { trigger, family, rank, seed, override, dataset } = input;
  const pictures = dataset.map(({ name, image, caption }) => [name, image.sha256, caption]);
  return { azit_training: fingerprintOf({ trigger, family, rank, seed, override, pictures }) };
}
