import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const styles: [RegExp, Style][] = [
  [/ · (done|completed|scored)\b/, 'green'],
  [/ · (running|rendering|saved)\b/, 'cyan'],
  [/ · (needs-help|failed)\b/, 'red'],
  [/ · (waiting|cancelled|skipped)\b/, 'yellow'],
];

/** Whether there are colours, `hasColours` asks of the stream that is drawn on; styleText would ask stdout. */
const paint = (style: Style, text: string): string =>
  styleText(style, text, { validateStream: false } as Parameters<typeof styleText>[2]);

/** A line of the live block with the state in its colour; for terminals that have some (NO_COLOR and FORCE_COLOR count). */
export function coloured(line: string): string {
  if (/^(about .* left|time left: )/.test(line)) return paint('dim', line);
  if (line.startsWith('choice: ')) return paint('bold', line);
  for (const [state, style] of styles)
    if (state.test(line)) return line.replace(state, (_, word: string) => ` · ${paint(style, word)}`);
  return line;
}

/** Streams that are no terminal have no such method. */
export const hasColours = (output: Partial<NodeJS.WriteStream>): boolean => output.hasColors?.() ?? false;
