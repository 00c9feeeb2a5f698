import { dragWhole } from './drag-out.js';

interface Facts {
  prompt: string | null;
  seed: number | null;
  nearest: { address: string; similarity: string; isCopy: boolean } | null;
}

const blinkMs = 600;

/**
 * Opens an image over the page. Arrows go to its neighbours in the same part; `b` keeps one to blink it against another;
 * `n` shows the training image that it is nearest to; `c` copies its prompt and seed; Escape goes back.
 */
export function viewPictures(): void {
  const viewer = new Viewer();
  document.addEventListener('click', (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="/artifact/"]');
    if (!link || viewer.dialog.contains(link) || !link.matches('.picture,.open')) return;
    event.preventDefault();
    const around = link.closest('.row,.sheet,.options,.plates,.faces,.arriving,section') ?? document;
    const links = [...around.querySelectorAll<HTMLAnchorElement>('a.picture[href^="/artifact/"],a.open')];
    viewer.open(links.includes(link) ? links : [link], link);
  });
}

const button = (words: string, act: () => void): HTMLButtonElement => {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = words;
  made.addEventListener('click', act);
  return made;
};

class Viewer {
  readonly dialog = document.createElement('dialog');
  readonly #image = document.createElement('img');
  readonly #caption = document.createElement('span');
  readonly #beside = document.createElement('figure');
  readonly #graph = document.createElement('a');
  readonly #blink = button('Blink (b)', () => this.#toggleBlink());
  readonly #nearest = button('Nearest training image (n)', () => this.#toggleNearest());
  readonly #copy = button('Copy prompt and seed (c)', () => void this.#copyPrompt());
  #links: HTMLAnchorElement[] = [];
  #at = 0;
  /** The one to blink against. */
  #kept: HTMLAnchorElement | null = null;
  #isKeptShown = false;
  #timer = 0;
  #facts: Facts | null = null;
  #showsNearest = false;

  constructor() {
    this.dialog.className = 'viewer';
    this.dialog.setAttribute('aria-label', 'Image');
    const main = document.createElement('figure');
    main.append(this.#image);
    dragWhole(this.#image);
    const stage = document.createElement('div');
    stage.className = 'stage';
    stage.append(main, this.#beside);
    this.#graph.textContent = 'Graph for ComfyUI';
    this.#graph.setAttribute('download', '');
    const line = document.createElement('p');
    const close = button('Close (Esc)', () => this.dialog.close());
    line.append(this.#caption, this.#blink, this.#nearest, this.#copy, this.#graph, close);
    this.dialog.append(stage, line);
    document.body.append(this.dialog);
    this.dialog.addEventListener('keydown', (event) => this.#key(event));
    this.dialog.addEventListener('close', () => this.#end());
  }

  open(links: HTMLAnchorElement[], link: HTMLAnchorElement): void {
    this.#links = links;
    this.#blink.hidden = links.length < 2;
    this.#show(links.indexOf(link));
    this.dialog.showModal();
  }

  #key(event: KeyboardEvent): void {
    const isOnButton = event.target instanceof HTMLButtonElement && event.key === ' ';
    if (event.ctrlKey || event.metaKey || event.altKey || isOnButton) return;
    const acts: Record<string, () => void> = {
      ArrowRight: () => this.#show(this.#at + 1),
      ArrowLeft: () => this.#show(this.#at - 1),
      b: () => this.#toggleBlink(),
      ' ': () => this.#swap(),
      n: () => this.#toggleNearest(),
      c: () => void this.#copyPrompt(),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #show(index: number): void {
    this.#at = (index + this.#links.length) % this.#links.length;
    this.#isKeptShown = false;
    this.#draw();
    void this.#learn();
  }

  get #link(): HTMLAnchorElement {
    return this.#isKeptShown && this.#kept ? this.#kept : this.#links[this.#at];
  }

  #draw(): void {
    const link = this.#link;
    const alt = wordsOf(link);
    this.#image.src = link.href;
    this.#image.alt = alt;
    const others =
      this.#links.length > 1 ? ` · ${this.#at + 1} of ${this.#links.length}, arrow keys for the others` : '';
    const blinks =
      this.#kept && this.#kept !== this.#links[this.#at] ? ' · blinking with the kept image, space swaps' : '';
    this.#caption.textContent = `${alt}${this.#kept ? blinks || ' · kept: go to the image to compare it with' : others}`;
    this.#graph.href = `${new URL(link.href).pathname}/graph.json`;
    this.#blink.setAttribute('aria-pressed', String(this.#kept !== null));
  }

  /** The first press keeps this one; with another in view the two take turns. */
  #toggleBlink(): void {
    clearInterval(this.#timer);
    if (this.#links.length < 2) return;
    this.#kept = this.#kept ? null : this.#links[this.#at];
    this.#isKeptShown = false;
    if (this.#kept && !matchMedia('(prefers-reduced-motion: reduce)').matches)
      this.#timer = window.setInterval(() => this.#swap(), blinkMs);
    this.#draw();
  }

  #swap(): void {
    if (!this.#kept || this.#kept === this.#links[this.#at]) return;
    this.#isKeptShown = !this.#isKeptShown;
    this.#draw();
  }

  async #learn(): Promise<void> {
    const link = this.#links[this.#at];
    this.#facts = null;
    this.#beside.hidden = true;
    [this.#nearest.hidden, this.#copy.hidden] = [true, true];
    const run = /^\/run\/[^/]+/.exec(location.pathname)?.[0];
    const sha256 = new URL(link.href).pathname.split('/')[2];
    const reply = run ? await fetch(`${run}/facts/${sha256}`).catch(() => null) : null;
    if (!reply?.ok || link !== this.#links[this.#at]) return;
    this.#facts = (await reply.json()) as Facts;
    this.#nearest.hidden = this.#facts.nearest === null;
    this.#copy.hidden = this.#facts.prompt === null;
    this.#drawNearest();
  }

  #toggleNearest(): void {
    this.#showsNearest = !this.#showsNearest;
    this.#drawNearest();
  }

  #drawNearest(): void {
    const nearest = this.#facts?.nearest;
    this.#nearest.setAttribute('aria-pressed', String(this.#showsNearest));
    this.#beside.hidden = !nearest || !this.#showsNearest;
    if (!nearest || !this.#showsNearest) return this.#beside.replaceChildren();
    const image = document.createElement('img');
    image.src = nearest.address;
    image.alt = 'The nearest training image';
    const words = document.createElement('figcaption');
    words.textContent = `Nearest training image, similarity ${nearest.similarity}${nearest.isCopy ? ': a near-copy' : ''}`;
    this.#beside.replaceChildren(image, words);
  }

  async #copyPrompt(): Promise<void> {
    if (this.#facts?.prompt == null) return;
    const { prompt, seed } = this.#facts;
    const text = seed === null ? prompt : `${prompt}\nseed ${seed}`;
    try {
      await navigator.clipboard.writeText(text);
      this.#caption.textContent = 'Prompt and seed are copied.';
    } catch {
      // Without TLS a browser gives no page the clipboard.
      window.prompt('Copy this:', text.replace('\n', ' · '));
    }
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#kept = null;
    this.#image.removeAttribute('src');
    this.#beside.replaceChildren();
  }
}

const wordsOf = (link: HTMLAnchorElement): string => link.closest('figure,li,.option')?.querySelector('img')?.alt ?? '';
