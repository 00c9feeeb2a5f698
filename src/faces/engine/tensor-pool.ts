/**
 * Tensors used again: V8 frees a dropped one only once tens of MB of them have gathered, in each thread.
 * Of one length, as many are kept as pictures are measured at once.
 */
const mostSpare = 8;

const spare = new Map<number, Float32Array<ArrayBuffer>[]>();

/** Holds whatever it held before. */
export function takeTensor(length: number): Float32Array<ArrayBuffer> {
  return spare.get(length)?.pop() ?? new Float32Array(length);
}

export function giveBack(tensor: Float32Array<ArrayBuffer>): void {
  const same = spare.get(tensor.length) ?? [];
  spare.set(tensor.length, same);
  if (same.length < mostSpare) same.push(tensor);
}
