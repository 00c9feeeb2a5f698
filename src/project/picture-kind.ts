import { extname } from 'node:path';

const rawExtensions = new Set([
  '.dng',
  '.cr2',
  '.cr3',
  '.nef',
  '.nrw',
  '.arw',
  '.orf',
  '.rw2',
  '.raf',
  '.pef',
  '.srw',
  '.raw',
]);

/** Sound pictures and documents that are not taken, by their first bytes: a name may lie. */
const kinds: [string, (head: Buffer, text: string) => boolean][] = [
  ['HEIC', (_, text) => text.slice(4, 8) === 'ftyp' && /^(hei|hev|hec)/.test(text.slice(8)) && !text.includes('avif')],
  ['HEIC', (_, text) => text.slice(4, 8) === 'ftyp' && /^m[is]f1/.test(text.slice(8)) && !/avi[fs]/.test(text)],
  ['a camera raw file', (_, text) => text.startsWith('FUJIFILMCCD-RAW') || text.slice(4, 12) === 'ftypcrx '],
  ['a camera raw file', (_, text) => /^(IIRO|IIRS|IIU\0|II\*\0.{4}CR)/s.test(text)],
  ['a video', (_, text) => text.slice(4, 8) === 'ftyp' && /^(qt|isom|iso\d|mp4|M4V|avc1)/.test(text.slice(8))],
  ['JPEG XL', (head, text) => (head[0] === 0xff && head[1] === 0x0a) || text.slice(4, 8) === 'JXL '],
  ['JPEG 2000', (head, text) => text.slice(4, 8) === 'jP  ' || head.readUInt32BE(0) === 0xff4fff51],
  ['BMP', (_, text) => text.startsWith('BM')],
  ['GIF', (_, text) => text.startsWith('GIF8')],
  ['a Photoshop file', (_, text) => text.startsWith('8BPS')],
  ['a PDF', (_, text) => text.startsWith('%PDF')],
  ['SVG', (_, text) => /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg/s.test(text)],
  ['OpenEXR', (head) => head.readUInt32BE(0) === 0x762f3101],
  ['an icon', (head) => head.readUInt32BE(0) === 0x00000100],
];

/** `HEIC`, `a camera raw file`; null where the bytes are of a kind that is taken, or of none that is known. */
export function untakenKind(bytes: Buffer, name: string): string | null {
  const head = bytes.subarray(0, 256);
  if (head.length < 12) return null;
  const text = head.toString('latin1');
  const found = kinds.find(([, is]) => is(head, text));
  if (found) return found[0];
  // Raw files of many makers begin as TIFF does, and hold a small preview that would be taken for the picture.
  return rawExtensions.has(extname(name).toLowerCase()) ? 'a camera raw file' : null;
}

export const exportCure = 'export it as JPEG or PNG';

/** Of the endings of files that are not looked into. */
export const untakenExtensions: Record<string, string> = {
  '.heic': 'HEIC',
  '.heif': 'HEIF',
  '.hif': 'HEIF',
  '.jxl': 'JPEG XL',
  '.jp2': 'JPEG 2000',
  '.bmp': 'BMP',
  '.gif': 'GIF',
  '.psd': 'a Photoshop file',
  '.pdf': 'a PDF',
  '.svg': 'SVG',
  '.exr': 'OpenEXR',
  '.ico': 'an icon',
  ...Object.fromEntries([...rawExtensions].map((extension) => [extension, 'a camera raw file'])),
};
