import { randomBytes } from 'node:crypto';

/** A part of a page, with the version in which it changed last. */
interface Part {
  html: string;
  version: number;
}

/** What a browser that saw an earlier version has to replace. */
export interface Change {
  id: string;
  html: string;
  /** `BOOT-VERSION`, for Last-Event-ID. */
  at: string;
}

/**
 * A page as parts by the ids of their elements. It keeps no queue for anybody: a browser that is slow, or was away, gets
 * the parts that changed since what it saw last, as they stand now.
 */
export class LivingPage {
  /** Versions of another process mean nothing here. */
  readonly #boot = randomBytes(6).toString('hex');
  readonly #parts = new Map<string, Part>();
  #version = 0;
  #listeners = new Set<() => void>();

  get version(): string {
    return `${this.#boot}-${this.#version}`;
  }

  /** In the order in which they were first set. */
  get html(): string {
    return [...this.#parts.values()].map(({ html }) => html).join('\n');
  }

  part(id: string): string {
    return this.#parts.get(id)?.html ?? '';
  }

  set(parts: Iterable<readonly [id: string, html: string]>): void {
    const before = this.#version;
    for (const [id, html] of parts)
      if (this.#parts.get(id)?.html !== html) this.#parts.set(id, { html, version: ++this.#version });
    if (this.#version === before) return;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /** @param seen the version that the browser has; of another process, or none: everything */
  since(seen: string | null): Change[] {
    const [boot, number] = (seen ?? '').split('-');
    const from = boot === this.#boot ? Number(number) : -1;
    return [...this.#parts]
      .filter(([, { version }]) => version > from)
      .sort(([, a], [, b]) => a.version - b.version)
      .map(([id, { html, version }]) => ({ id, html, at: `${this.#boot}-${version}` }));
  }

  /** Resolves at the next change, or at the signal. */
  async changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((done) => {
      const end = (): void => {
        this.#listeners.delete(end);
        signal.removeEventListener('abort', end);
        done();
      };
      this.#listeners.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }
}
