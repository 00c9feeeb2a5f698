import { isTyping } from './ask.js';

/** In a list of cards: `/` searches, arrows go from card to card, Enter in the search to the first one that is shown. */
export function goThroughCards(): void {
  const search = document.querySelector<HTMLInputElement>('form[data-filter] input[type="search"]');
  if (!search) return;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (act(event.key, event.target, search)) event.preventDefault();
  });
}

/** @returns whether the key means something here */
function act(key: string, target: EventTarget | null, search: HTMLInputElement): boolean {
  if (key === '/' && !isTyping(target)) {
    search.select();
    return true;
  }
  const cards = [...document.querySelectorAll<HTMLElement>('.card>a')].filter((card) => card.checkVisibility());
  if (target === search) return (key === 'Enter' || key === 'ArrowDown') && go(cards[0]);
  const at = cards.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return false;
  if (key === 'Home') return go(cards[0]);
  if (key === 'End') return go(cards.at(-1));
  if (key === 'ArrowLeft') return go(cards[at - 1]);
  if (key === 'ArrowRight') return go(cards[at + 1]);
  if (key === 'ArrowDown') return go(nearest(cards[at], cards.slice(at + 1), 1));
  if (key === 'ArrowUp') return go(nearest(cards[at], cards.slice(0, at).reverse(), -1) ?? search);
  return false;
}

function go(to: HTMLElement | undefined): boolean {
  to?.focus();
  return true;
}

/** In the next line, the one that stands most nearly above or below: groups end in lines that are not full. */
function nearest(from: HTMLElement, others: readonly HTMLElement[], way: 1 | -1): HTMLElement | undefined {
  const { top, left } = from.getBoundingClientRect();
  const boxes = others.map((card) => ({ card, box: card.getBoundingClientRect() }));
  const next = boxes.find(({ box }) => (box.top - top) * way > 1);
  const line = boxes.filter(({ box }) => next && Math.abs(box.top - next.box.top) <= 1);
  return line.sort((a, b) => Math.abs(a.box.left - left) - Math.abs(b.box.left - left))[0]?.card;
}
