// Pure: workflows import this.

/** What GPUs (of the sandbox: CPUs) have done for some work, all its attempts together. */
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

/** "1.25 GPU hours", "42 CPU seconds", "1.25 GPU hours (cost 0.61)". @param model the run's family */
export function spentWords({ gpuSeconds, cost }: Spent, model: string): string {
  return `${gpuTime(gpuSeconds, model)}${cost === undefined ? '' : ` (cost ${cost.toFixed(2)})`}`;
}

export function gpuTime(seconds: number, model: string): string {
  const unit = processorOf(model);
  if (seconds < 99.5) return `${Math.round(seconds)} ${unit} ${Math.round(seconds) === 1 ? 'second' : 'seconds'}`;
  return seconds < 3570
    ? `${(seconds / 60).toFixed(1)} ${unit} minutes`
    : `${(seconds / 3600).toFixed(2)} ${unit} hours`;
}

/** What a family renders and trains on: only the sandbox needs no GPU. */
export const processorOf = (model: string): 'CPU' | 'GPU' => (model === 'sandbox' ? 'CPU' : 'GPU');

/** In the details of a failure, of a cancellation, or of the last heartbeat before a timeout. */
export const spentIn = (details: unknown): Spent | null => {
  const { spent } = (details ?? {}) as { spent?: Partial<Spent> };
  return typeof spent?.gpuSeconds === 'number' ? (spent as Spent) : null;
};
