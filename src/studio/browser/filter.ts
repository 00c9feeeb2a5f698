/** Shows the cards that the search asks for. @returns does so again, after the list has changed */
export function filterCards(): () => void {
  const form = document.querySelector<HTMLFormElement>('form[data-filter]');
  if (!form) return () => undefined;
  const apply = (): void => {
    const fields = new FormData(form);
    const words = String(fields.get('text') ?? '')
      .toLowerCase()
      .split(/\s+/);
    const states = String(fields.get('state') ?? '')
      .split(' ')
      .filter(Boolean);
    let shown = 0;
    const cards = document.querySelectorAll<HTMLElement>('.card');
    for (const card of cards) {
      const { text = '', state = '' } = card.dataset;
      const fits = words.every((word) => text.includes(word)) && (states.length === 0 || states.includes(state));
      card.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const group of document.querySelectorAll<HTMLElement>('.group'))
      group.hidden = group.querySelector('.card:not([hidden])') === null;
    const nothing = document.getElementById('nothing-found');
    if (nothing) nothing.hidden = shown > 0 || cards.length === 0;
  };
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  // A browser keeps what was typed over a reload.
  apply();
  return apply;
}
