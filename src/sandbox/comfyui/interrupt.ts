/** Thrown between nodes and at sampler steps. */
export class Interrupted extends Error {}

/** The one interrupt flag of a server; cleared at the start of each prompt. */
export class InterruptFlag {
  private raised = false;

  raise(): void {
    this.raised = true;
  }

  clear(): void {
    this.raised = false;
  }

  /** @throws Interrupted, once for each raise. */
  throwIfRaised(): void {
    if (!this.raised) return;
    this.raised = false;
    throw new Interrupted('interrupted');
  }
}
