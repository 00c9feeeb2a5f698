/** Whether the person is typing: keys are letters then. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('textarea,select,input:not([type=radio],[type=checkbox])');

/** At a gate: arrows move, 0-9 pick, Enter approves, r rejects, o opens the picture. */
export function decideByKeys(): void {
  document.addEventListener('keydown', (event) => {
    const ask = document.getElementById('ask');
    const choices = ask?.querySelector<HTMLFormElement>('form.choices');
    if (!ask || !choices || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]') || document.body.classList.contains('view')) return;
    if (act(event.key, ask, choices, event.target)) event.preventDefault();
  });
}

/** @returns whether the key means something here */
function act(key: string, ask: HTMLElement, choices: HTMLFormElement, target: EventTarget | null): boolean {
  const inputs = [...choices.querySelectorAll<HTMLInputElement>('.option input')];
  const focused = inputs.findIndex((input) => input === document.activeElement);
  const at =
    focused >= 0
      ? focused
      : Math.max(
          -1,
          inputs.findIndex(({ checked, type }) => checked && type === 'radio'),
        );
  if (/^[0-9]$/.test(key)) return take(inputs.find(({ value }) => value === key));
  if (key.startsWith('Arrow') && !isElsewhere(target, ask)) {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(inputs), ArrowDown: columns(inputs) }[key] ?? 0;
    const next = inputs[Math.min(inputs.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    return next?.type === 'radio' ? take(next) : focus(next);
  }
  if (
    key === 'Enter' &&
    !isElsewhere(target, ask) &&
    !(target instanceof Element && target.matches('a,button,summary'))
  ) {
    choices.requestSubmit();
    return true;
  }
  if (key === 'r') {
    ask.querySelector<HTMLInputElement>('form.reject input[name="reason"]')?.focus();
    return true;
  }
  if (key === 'o' && at >= 0) {
    inputs[at].closest('.option')?.querySelector<HTMLAnchorElement>('a.open')?.click();
    return true;
  }
  return false;
}

/** While something else of the page has the focus, arrows scroll it, and Enter is for that. */
const isElsewhere = (target: EventTarget | null, ask: HTMLElement): boolean =>
  target instanceof Element && target !== document.body && target.id !== 'main' && !ask.contains(target);

function take(input: HTMLInputElement | undefined): boolean {
  if (!input) return false;
  input.checked = input.type === 'radio' ? true : !input.checked;
  return focus(input);
}

function focus(input: HTMLInputElement | undefined): boolean {
  input?.focus();
  input?.closest('.option')?.scrollIntoView({ block: 'nearest' });
  return input !== undefined;
}

/** How many stand in a line. */
function columns(inputs: readonly HTMLInputElement[]): number {
  const tops = inputs.map((input) => Math.round(input.closest('.option')?.getBoundingClientRect().top ?? 0));
  return Math.max(1, tops.filter((top) => top === tops[0]).length);
}
