import { dtypeBytes, hasNonFinite, type Dtype } from './tensor-dtypes.js';

/** Judges the numbers of a safetensors file while it is read: pieces of what follows the header, in order, of any length. */
export class FiniteCheck {
  /** The first tensor that holds a NaN or an infinity, as far as the file was read. */
  broken: string | null = null;
  #at = 0;
  #next = 0;
  /** The beginning of an element that a piece has cut. */
  #rest: Uint8Array = new Uint8Array();

  /** @param tensors one after the other without a gap, as readSafetensorsHeader has checked. */
  constructor(private readonly tensors: readonly { name: string; dtype: Dtype; offsets: [number, number] }[]) {}

  feed(piece: Uint8Array): void {
    for (let done = 0; done < piece.length && this.broken === null;) {
      const tensor = this.tensors[this.#next];
      if (!tensor) return;
      const length = Math.min(piece.length - done, tensor.offsets[1] - this.#at);
      if (this.#holdsNonFinite(piece.subarray(done, done + length), tensor.dtype)) this.broken = tensor.name;
      done += length;
      this.#at += length;
      if (this.#at === tensor.offsets[1]) this.#next += 1;
    }
  }

  #holdsNonFinite(bytes: Uint8Array, dtype: Dtype): boolean {
    const size = dtypeBytes[dtype];
    const missing = this.#rest.length === 0 ? 0 : Math.min(size - this.#rest.length, bytes.length);
    const joined = Buffer.concat([this.#rest, bytes.subarray(0, missing)]);
    const isWhole = joined.length === size;
    const body = bytes.subarray(missing);
    const end = body.length - (body.length % size);
    this.#rest = isWhole || missing === 0 ? Uint8Array.from(body.subarray(end)) : joined;
    return (isWhole && hasNonFinite(joined, dtype)) || hasNonFinite(body.subarray(0, end), dtype);
  }
}
