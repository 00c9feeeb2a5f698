import { say } from './forms.js';

type Key = 'left' | 'top' | 'side';
type Square = Record<Key, number>;

const leastSide = 64;
/** Of the image's shorter side, by a key. */
const stepShare = 1 / 50;

/** The square that is cut out of a dropped image: by pointer, by keys, or by its numbers. */
export function cropImages(): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog#crop');
  if (!dialog) return;
  document.addEventListener('click', ({ target }) => {
    const address = target instanceof HTMLElement ? target.dataset['crop'] : undefined;
    if (address !== undefined) void open(dialog, address);
    if (target instanceof HTMLElement && 'close' in target.dataset) dialog.close();
  });
}

async function open(dialog: HTMLDialogElement, address: string): Promise<void> {
  const reply = await fetch(address).catch(() => null);
  const { html, said } = ((await reply?.json().catch(() => null)) ?? {}) as { html?: string; said?: string };
  if (html === undefined)
    return say(said ?? 'The studio did not respond: check that it is running, then try again.', true);
  dialog.replaceChildren(...new DOMParser().parseFromString(html, 'text/html').body.childNodes);
  const form = dialog.querySelector('form');
  if (!form) return;
  dialog.showModal();
  new Cropping(form).begin();
}

class Cropping {
  readonly #size: { width: number; height: number };
  readonly #image: HTMLImageElement;
  readonly #mark: HTMLElement;

  constructor(private readonly form: HTMLFormElement) {
    this.#size = { width: Number(form.dataset['width']), height: Number(form.dataset['height']) };
    this.#image = form.querySelector('img') as HTMLImageElement;
    this.#mark = form.querySelector('.square') as HTMLElement;
  }

  begin(): void {
    this.form.addEventListener('input', () => this.#draw());
    this.form.addEventListener('change', () => this.#set(this.#square));
    this.#mark.addEventListener('keydown', (event) => this.#byKey(event));
    this.#mark.addEventListener('pointerdown', (event) => this.#byPointer(event));
    this.#draw();
    this.#mark.focus();
  }

  #field(key: Key): HTMLInputElement {
    return this.form.elements.namedItem(key) as HTMLInputElement;
  }

  get #square(): Square {
    const number = (key: Key): number => Math.round(Number(this.#field(key).value)) || 0;
    return { left: number('left'), top: number('top'), side: number('side') };
  }

  /** Within the image, whatever is asked. */
  #set(asked: Square): void {
    const { width, height } = this.#size;
    const within = (value: number, most: number): number => Math.max(0, Math.min(most, Math.round(value)));
    const side = Math.max(leastSide, within(asked.side, Math.min(width, height)));
    const square = { side, left: within(asked.left, width - side), top: within(asked.top, height - side) };
    for (const key of ['left', 'top', 'side'] as const) this.#field(key).value = String(square[key]);
    this.#draw();
  }

  #draw(): void {
    const { left, top, side } = this.#square;
    const { width, height } = this.#size;
    const share = (part: number, whole: number): string => `${(100 * part) / whole}%`;
    const { style } = this.#mark;
    [style.left, style.top, style.width] = [share(left, width), share(top, height), share(side, width)];
    this.#mark.setAttribute(
      'aria-label',
      `The square: ${side} pixels a side, ${left} from the left, ${top} from the top`,
    );
  }

  #byKey(event: KeyboardEvent): void {
    const { left, top, side } = this.#square;
    const { width, height } = this.#size;
    const step = event.shiftKey ? 1 : Math.max(1, Math.round(Math.min(width, height) * stepShare));
    const moved: Record<string, Square> = {
      ArrowLeft: { side, top, left: left - step },
      ArrowRight: { side, top, left: left + step },
      ArrowUp: { side, left, top: top - step },
      ArrowDown: { side, left, top: top + step },
      '+': { left, top, side: side + step },
      '=': { left, top, side: side + step },
      '-': { left, top, side: side - step },
      _: { left, top, side: side - step },
    };
    if (!moved[event.key]) return;
    event.preventDefault();
    this.#set(moved[event.key] as Square);
  }

  #byPointer(event: PointerEvent): void {
    event.preventDefault();
    this.#mark.focus();
    this.#mark.setPointerCapture(event.pointerId);
    const before = this.#square;
    const scale = this.#size.width / this.#image.getBoundingClientRect().width;
    const isCorner = (event.target as Element).classList.contains('corner');
    const move = ({ clientX, clientY }: PointerEvent): void => {
      const [x, y] = [(clientX - event.clientX) * scale, (clientY - event.clientY) * scale];
      const { left, top, side } = before;
      const { width, height } = this.#size;
      // The corner that is held moves, the opposite one stays.
      if (isCorner) this.#set({ left, top, side: Math.min(side + Math.max(x, y), width - left, height - top) });
      else this.#set({ left: left + x, top: top + y, side });
    };
    const end = (): void => this.#mark.removeEventListener('pointermove', move);
    this.#mark.addEventListener('pointermove', move);
    this.#mark.addEventListener('lostpointercapture', end, { once: true });
  }
}
