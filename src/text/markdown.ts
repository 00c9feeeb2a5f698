/** What means something in the Markdown of Temporal's UI; its renderer lets HTML through. All may be escaped there. */
const special = /[!#$&()*+\-.:<>[\\\]^_`{|}~]/g;
const notPrinted = /\p{Bidi_Control}/gu;
/** Also a line's end: a heading, a list or a table's row starts a line. */
const gap = /[\s\p{Cc}]+/gu;

/** A text of others (a server, a log, a project file) as Markdown that shows just this text, in one line. */
export function escapeMarkdown(text: string): string {
  return text.replace(notPrinted, '').replace(gap, ' ').replace(special, '\\$&');
}
