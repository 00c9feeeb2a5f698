/** What a browser may show as a picture. SVG and HTML can carry script: they are never served as what they are. */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp';

/** By the bytes alone: a name, or what the run says of it, may lie. @returns null for anything else */
export function pictureTypeOf(bytes: Buffer): PictureType | null {
  const head = bytes.subarray(0, 12).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('RIFF') && head.slice(8) === 'WEBP') return 'image/webp';
  return null;
}
