import { inflateSync } from 'node:zlib';
import { parseJson } from '../../files/json.js';
import { pngChunks } from '../handed-on/png-chunks.js';

/** A graph has a few kB; the limit keeps a forged one from filling the memory. */
const maxTextBytes = 16 * 1024 * 1024;

/** What ComfyUI writes as `prompt`: the graph that was executed, as JSON. null: none, or none that can be read. */
export function graphInPicture(bytes: Buffer): Buffer | null {
  for (const { type, data } of pngChunks(bytes) ?? []) {
    const text = data.subarray(0, 7).toString('latin1') === 'prompt\0' ? textOf(type, data.subarray(7)) : null;
    if (text && isJson(text)) return text;
  }
  return null;
}

/** After the keyword and its zero (PNG specification, 11.3.4). */
function textOf(type: string, rest: Buffer): Buffer | null {
  try {
    if (type === 'tEXt') return Buffer.from(rest.toString('latin1'), 'utf8');
    if (type === 'zTXt') return inflateSync(rest.subarray(1), { maxOutputLength: maxTextBytes });
    if (type !== 'iTXt') return null;
    // Compression flag and method, language, translated keyword.
    const translated = rest.indexOf(0, 2) + 1;
    const text = rest.subarray(rest.indexOf(0, translated) + 1);
    return rest[0] === 1 ? inflateSync(text, { maxOutputLength: maxTextBytes }) : text;
  } catch {
    return null;
  }
}

function isJson(text: Buffer): boolean {
  try {
    return typeof parseJson(text) === 'object';
  } catch {
    return false;
  }
}
