const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** A graph of some hundred nodes is 200 kB. */
const mostBytes = 4 * 1024 * 1024;

/**
 * A text chunk of a PNG: where ComfyUI keeps the graph that drew it (`prompt`), which it reads again from a picture that is
 * dropped on it. @returns null where there is none, or the file is damaged
 */
export function pngText(png: Buffer, keyword: string): string | null {
  if (!png.subarray(0, 8).equals(signature)) return null;
  for (let at = 8; at + 12 <= png.length;) {
    const length = png.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > png.length) return null;
    if (png.toString('latin1', at + 4, at + 8) === 'tEXt' && length <= mostBytes) {
      const data = png.subarray(at + 8, end);
      const zero = data.indexOf(0);
      if (zero > 0 && data.toString('latin1', 0, zero) === keyword) return data.toString('utf8', zero + 1);
    }
    at = end + 4;
  }
  return null;
}
