import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype from 'opentype.js';

/**
 * Text as outlines. A picture's labels must show on a machine without any font (librsvg draws none there), and must be
 * the same bytes on every machine.
 */
export type Weight = 400 | 600;

const require = createRequire(import.meta.url);
const fonts = new Map<Weight, opentype.Font>();

function fontOf(weight: Weight): opentype.Font {
  let font = fonts.get(weight);
  if (!font) {
    const bytes = readFileSync(fontFile(weight, 'woff'));
    font = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    fonts.set(weight, font);
  }
  return font;
}

export const fontPackage = '@fontsource/inter-tight';

/** Inter Tight's Latin subset, out of the npm package. */
export const fontFile = (weight: Weight, format: 'woff' | 'woff2'): string =>
  require.resolve(`${fontPackage}/files/inter-tight-latin-${weight}-normal.${format}`);

export interface Line {
  text: string;
  x: number;
  /** Baseline. */
  y: number;
  size: number;
  weight?: Weight;
  align?: 'left' | 'right';
  colour: string;
  /** Cut with an ellipsis beyond this many pixels. */
  width?: number;
}

/** An SVG path element; letters that the font has not are left out. */
export function drawLine({ text, x, y, size, weight = 400, align = 'left', colour, width }: Line): string {
  const font = fontOf(weight);
  const glyphs = glyphsOf(font, text);
  const fitting = width === undefined ? glyphs : cutTo(font, glyphs, size, width);
  let pen = align === 'right' ? x - widthOf(font, fitting, size) : x;
  const outlines = fitting.map((glyph) => {
    const outline = glyph.getPath(pen, y, size).toPathData(2);
    pen += widthOf(font, [glyph], size);
    return outline;
  });
  return `<path fill="${colour}" d="${outlines.join('')}"/>`;
}

/** Letter by letter: opentype.js stops at this font's contextual substitutions, and labels need none. */
const glyphsOf = (font: opentype.Font, text: string): opentype.Glyph[] =>
  [...text].map((letter) => font.charToGlyph(letter)).filter(({ index }) => index > 0);

/** Whether the font has every letter. */
export const canDraw = (text: string): boolean => glyphsOf(fontOf(400), text).length === [...text].length;

const widthOf = (font: opentype.Font, glyphs: opentype.Glyph[], size: number): number =>
  glyphs.reduce((sum, { advanceWidth }) => sum + (advanceWidth ?? 0), 0) * (size / font.unitsPerEm);

function cutTo(font: opentype.Font, glyphs: opentype.Glyph[], size: number, width: number): opentype.Glyph[] {
  if (widthOf(font, glyphs, size) <= width) return glyphs;
  const [ellipsis] = glyphsOf(font, '…');
  let kept = glyphs;
  while (kept.length > 0 && widthOf(font, [...kept, ellipsis], size) > width) kept = kept.slice(0, -1);
  return [...kept, ellipsis];
}
