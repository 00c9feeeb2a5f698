/** A piece of HTML that is safe to put into a page; anything else is text and gets escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | null | undefined | false | Content[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Safe in element content, in quoted attributes and in XML; control characters (which XML forbids) are dropped. */
export const escapeText = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g, '').replace(/[&<>"']/g, (letter) => entities[letter]);

function render(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (Array.isArray(content)) return content.map(render).join('');
  return content instanceof Markup ? content.text : escapeText(String(content));
}

/** Tagged template: what is put in is escaped unless it is Markup. Attributes must stand in quotes. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + render(values[index - 1]) + part));
}

/** For text that this program made (SVG of a chart, a style sheet). */
export const trusted = (text: string): Markup => new Markup(text);
