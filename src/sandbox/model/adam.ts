/** Adam's running means, kept in float32 as they are saved, so that a resume goes on from the same numbers. */
export interface Adam {
  mean: Float32Array;
  square: Float32Array;
}

const BETA1 = 0.9;
/** Short: the differences shrink a hundredfold in a training, and what they were must not hold back what they are. */
const BETA2 = 0.99;
const EPSILON = 1e-8;

export function adam(length: number): Adam {
  return { mean: new Float32Array(length), square: new Float32Array(length) };
}

/**
 * One Adam update in place (Kingma & Ba 2015, algorithm 1); `update` counts from 1. Gradients below `near` are not blown
 * up to a full step.
 */
export function adamStep(
  values: Float32Array,
  gradient: Float64Array,
  state: Adam,
  rate: number,
  update: number,
  near = 0,
): void {
  const c1 = 1 - BETA1 ** update;
  const c2 = 1 - BETA2 ** update;
  for (let i = 0; i < values.length; i++) {
    state.mean[i] = BETA1 * state.mean[i] + (1 - BETA1) * gradient[i];
    state.square[i] = BETA2 * state.square[i] + (1 - BETA2) * gradient[i] * gradient[i];
    values[i] -= (rate * (state.mean[i] / c1)) / (Math.sqrt(state.square[i] / c2) + EPSILON + near);
  }
}
