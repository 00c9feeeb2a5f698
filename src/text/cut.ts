/**
 * What is kept, in characters, of a text that a server, a file, a trainer or another program gives us. Cut where it
 * enters: further on it stands in records, failures, histories and pages, each with a limit that one log line of 3 MB
 * has broken before.
 */
export const longest = { name: 200, line: 500, message: 2_000 };

/** The text, or its beginning and an ellipsis; a character of two halves is never cut in two. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
