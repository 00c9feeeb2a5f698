import { orientationOnly } from './orientation.js';

const startOfScan = 0xda;
const endOfImage = 0xd9;
const app0 = 0xe0;
const app1 = 0xe1;
const app2 = 0xe2;
const app14 = 0xee;
/** Version, density, and no thumbnail: that would be another picture. */
const jfifBytes = 14;
const adobeBytes = 12;

/** The same pixels, and nothing beside them. null: not to be read as a JPEG (ITU T.81, annex B). */
export function bareJpeg(bytes: Buffer, orientation: number): Buffer | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return null;
  const parts: Buffer[] = [bytes.subarray(0, 2)];
  if (orientation !== 1)
    parts.push(segment(app1, Buffer.concat([Buffer.from('Exif\0\0'), orientationOnly(orientation)])));
  let scans = 0;
  for (let at = 2; ;) {
    // Any number of FF may stand before a marker.
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1;
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    if (marker === endOfImage) break;
    if (at + 4 > bytes.length) return null;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length || end < at + 4) return null;
    const part = keptOf(marker, bytes.subarray(at + 4, end));
    if (part) parts.push(part);
    at = end;
    if (marker !== startOfScan) continue;
    scans += 1;
    at = endOfScan(bytes, end);
    parts.push(bytes.subarray(end, at));
    // Cut off: what there is of it is all that is shown.
    if (at >= bytes.length) break;
  }
  return scans > 0 ? Buffer.concat([...parts, Buffer.from([0xff, endOfImage])]) : null;
}

/** Of the segments that are no part of the image, only those that its colours need. */
function keptOf(marker: number, data: Buffer): Buffer | null {
  if (marker === app0) return startsWith(data, 'JFIF\0') ? segment(app0, jfif(data)) : null;
  if (marker === app2) return startsWith(data, 'ICC_PROFILE\0') ? segment(app2, data) : null;
  if (marker === app14) return startsWith(data, 'Adobe') ? segment(app14, data.subarray(0, adobeBytes)) : null;
  const isImage = (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= 0xda && marker <= 0xdf);
  return isImage ? segment(marker, data) : null;
}

function jfif(data: Buffer): Buffer {
  const bare = Buffer.alloc(jfifBytes);
  data.copy(bare, 0, 0, jfifBytes - 2);
  return bare;
}

/** In a scan FF stands before 00 (a byte of data) or a restart marker, D0 to D7. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

const startsWith = (data: Buffer, text: string): boolean => data.subarray(0, text.length).toString('latin1') === text;
