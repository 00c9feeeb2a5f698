export interface ShareLimits {
  ofAll: number;
  /** Of one session, or one user. */
  ofOne: number;
}

/** What many use at once and there is a bound of: slots, or bytes in memory. Nobody takes the others' part. */
export class Shares {
  readonly #held = new Map<string, number>();
  #total = 0;

  constructor(private readonly limits: ShareLimits) {}

  get total(): number {
    return this.#total;
  }

  /** @returns how to give it back, once; null where there is no room. What is larger than the bound fits where nothing else is. */
  take(who: string, amount = 1): (() => void) | null {
    const own = this.#held.get(who) ?? 0;
    const { ofAll, ofOne } = this.limits;
    const fits = this.#total === 0 || (this.#total + amount <= ofAll && (own === 0 || own + amount <= ofOne));
    if (!fits) return null;
    this.#held.set(who, own + amount);
    this.#total += amount;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#total -= amount;
      const left = (this.#held.get(who) ?? amount) - amount;
      if (left > 0) this.#held.set(who, left);
      else this.#held.delete(who);
    };
  }
}
