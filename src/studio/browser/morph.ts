/**
 * Makes an element like another one by changing only what differs: pictures that stay are not loaded again, what is
 * unfolded, picked, typed or focused stays so.
 */
export function morph(old: Element, fresh: Element): void {
  if (old.isEqualNode(fresh)) return;
  if (old.tagName !== fresh.tagName) return void old.parentNode?.replaceChild(fresh, old);
  attributes(old, fresh);
  children(old, fresh);
}

/** The person's own: what a fresh page says of these is only how they begin. */
const own = new Map([
  ['DETAILS', ['open']],
  ['INPUT', ['checked', 'value']],
]);

function attributes(old: Element, fresh: Element): void {
  if (old instanceof HTMLOptionElement && isPicked(old)) return;
  const kept = own.get(old.tagName) ?? [];
  const isHiddenField = old instanceof HTMLInputElement && old.type === 'hidden';
  for (const { name, value } of [...fresh.attributes])
    if (old.getAttribute(name) !== value && (isHiddenField || !kept.includes(name))) old.setAttribute(name, value);
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
}

/** A list in which the person picked keeps the pick; another one follows what the page proposes. */
const isPicked = (option: HTMLOptionElement): boolean => picked.has(option.closest('select') as Element);

export const picked = new WeakSet<Element>();

/** What makes a child the same one: its id, or the picture that it shows. */
const keyOf = (node: Node): string | null => {
  if (!(node instanceof Element)) return null;
  return (
    node.id || node.getAttribute('src') || node.querySelector('a.picture,img')?.getAttribute('href') || pictureIn(node)
  );
};

const pictureIn = (node: Element): string | null => node.querySelector('img')?.getAttribute('src') ?? null;

function children(old: Element, fresh: Element): void {
  const byKey = new Map<string, ChildNode>();
  for (const child of [...old.childNodes]) {
    const key = keyOf(child);
    if (key !== null && !byKey.has(key)) byKey.set(key, child);
  }
  let at: ChildNode | null = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const key = keyOf(wanted);
    const known = key === null ? null : (byKey.get(key) ?? null);
    if (known && known.nodeName === wanted.nodeName) {
      byKey.delete(key as string);
      if (known === at) at = at.nextSibling;
      else old.insertBefore(known, at);
      change(known, wanted);
    } else if (at && key === null && keyOf(at) === null && at.nodeName === wanted.nodeName) {
      const next: ChildNode | null = at.nextSibling;
      change(at, wanted);
      at = next;
    } else old.insertBefore(wanted, at);
  }
  while (at) {
    const next: ChildNode | null = at.nextSibling;
    // Not its own `remove`: in a form that is the button of this name.
    old.removeChild(at);
    at = next;
  }
}

function change(old: ChildNode, fresh: ChildNode): void {
  if (old instanceof Element && fresh instanceof Element) morph(old, fresh);
  else if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
}
