/** Nobody nests his data so deep; what unfolds it later by recursion would end its stack. */
export const maxJsonDepth = 100;

/** @throws SyntaxError, in words of ours, also where it is nested too deeply. */
export function parseJson(json: Buffer | string, maxDepth = maxJsonDepth): unknown {
  const bytes = typeof json === 'string' ? Buffer.from(json) : json;
  if (isDeeperThan(maxDepth, bytes)) throw new SyntaxError('is JSON nested too deeply');
  try {
    return JSON.parse(typeof json === 'string' ? json : bytes.toString('utf8')) as unknown;
  } catch {
    throw new SyntaxError('is not valid JSON');
  }
}

/** One pass, no memory. */
export function isDeeperThan(limit: number, json: Uint8Array): boolean {
  const brackets = new Brackets();
  for (const byte of json) if (brackets.feed(byte) > limit) return true;
  return false;
}

const quote = 0x22;
const backslash = 0x5c;
const isOpening = (byte: number): boolean => byte === 0x5b || byte === 0x7b;
const isClosing = (byte: number): boolean => byte === 0x5d || byte === 0x7d;

/** How deep in a JSON document we are, byte by byte. */
export class Brackets {
  depth = 0;
  #inString = false;
  #isEscaped = false;

  feed(byte: number): number {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (this.#inString) {
      if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) this.#inString = false;
    } else if (byte === quote) this.#inString = true;
    else if (isOpening(byte)) this.depth++;
    else if (isClosing(byte)) this.depth--;
    return this.depth;
  }
}
