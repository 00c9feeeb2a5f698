// Pure: workflows import this.

/** What GPUs have done for some work, all its attempts together. */
export interface Spent {
  gpuSeconds: number;
  /** In the currency of the workers' --price; absent where no worker says one. */
  cost?: number;
}

export function addSpent(one: Spent, other: Spent): Spent {
  const cost = one.cost === undefined && other.cost === undefined ? undefined : (one.cost ?? 0) + (other.cost ?? 0);
  return { gpuSeconds: one.gpuSeconds + other.gpuSeconds, ...(cost === undefined ? {} : { cost }) };
}

export const nothingSpent: Spent = { gpuSeconds: 0 };

/** "1.25 GPU hours", "42 GPU seconds", "1.25 GPU hours, 0.61 in money". */
export function spentWords({ gpuSeconds, cost }: Spent): string {
  return `${gpuTime(gpuSeconds)}${cost === undefined ? '' : `, ${cost.toFixed(2)} in money`}`;
}

export function gpuTime(seconds: number): string {
  if (seconds < 99.5) return `${Math.round(seconds)} GPU seconds`;
  return seconds < 3570 ? `${(seconds / 60).toFixed(1)} GPU minutes` : `${(seconds / 3600).toFixed(2)} GPU hours`;
}

/** In the details of a failure, of a cancellation, or of the last heartbeat before a timeout. */
export const spentIn = (details: unknown): Spent | null => {
  const { spent } = (details ?? {}) as { spent?: Partial<Spent> };
  return typeof spent?.gpuSeconds === 'number' ? (spent as Spent) : null;
};
