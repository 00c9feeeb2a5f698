/** Wrong passwords in a row before a name, or an address, has to wait. */
const most = 5;
const waitMs = 60_000;
/** Whoever tries names without end fills no memory. */
const mostKept = 10_000;

/** Slows down who guesses passwords: after five wrong ones, one a minute. */
export class Attempts {
  readonly #failures = new Map<string, { count: number; lastMs: number }>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** @returns how many seconds each of these has to wait; 0: none. */
  waitSeconds(keys: readonly string[]): number {
    const waits = keys.map((key) => {
      const { count = 0, lastMs = 0 } = this.#failures.get(key) ?? {};
      return count < most ? 0 : lastMs + waitMs - this.nowMs();
    });
    return Math.max(0, Math.ceil(Math.max(...waits) / 1000));
  }

  failed(keys: readonly string[]): void {
    for (const key of keys) {
      const count = (this.#failures.get(key)?.count ?? 0) + 1;
      this.#failures.delete(key);
      this.#failures.set(key, { count, lastMs: this.nowMs() });
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= mostKept) break;
      this.#failures.delete(key);
    }
  }

  succeeded(keys: readonly string[]): void {
    for (const key of keys) this.#failures.delete(key);
  }
}
