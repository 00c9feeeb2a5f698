import { parseJson } from '../files/json.js';

/**
 * A graph as editors and Python scripts save it: in UTF-8 or, from Windows, UTF-16, with a byte order mark or without; and
 * with NaN, which Python writes (`"is_changed": [NaN]`) and ComfyUI reads. @throws SyntaxError in words that follow a name
 */
export function parseGraphJson(bytes: Buffer): unknown {
  const text = textOf(bytes);
  try {
    return parseJson(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return parseJson(text.replace(numberlessOrText, (found) => (found.startsWith('"') ? found : 'null')));
  }
}

/** Texts are matched first, so that what stands in one is left alone. */
const numberlessOrText = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

function textOf(bytes: Buffer): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    // Takes the byte order mark away.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxError('is neither UTF-8 nor UTF-16 text');
  }
}
