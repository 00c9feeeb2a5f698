/** Brackets in brackets: a project has four. */
const mostBrackets = 256;
/** Columns before the first word of a line, with its dashes and question marks. */
const mostIndented = 512;

/**
 * Whether a YAML text may nest so deeply that its parser, which recurses, ends the stack. That can't be left to the parser: a
 * pattern that is compiled just before the end of the stack ends the process, and nobody can catch it.
 */
export function nestsTooDeeply(text: string): boolean {
  let depth = 0;
  let isBefore = true;
  let column = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth = Math.max(0, depth - 1);
    if (depth > mostBrackets) return true;
    if (sign === '\n' || sign === '\r') [isBefore, column] = [true, 0];
    else if (isBefore && ' \t-?:'.includes(sign)) column += 1;
    else isBefore = false;
    if (isBefore && column > mostIndented) return true;
  }
  return false;
}
