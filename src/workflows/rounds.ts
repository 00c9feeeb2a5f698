import { ApplicationFailure, ChildWorkflowFailure } from '@temporalio/workflow';

/** The sweep's units by name: prompt ids are made of these. */
export const unitOf = (step: number | null): string => (step === null ? 'baseline' : `step-${step}`);

/**
 * Of the units that are rendered again after a person's cure, the round of each: those that had passed keep theirs, and so
 * their pictures. What was refused, or not yet judged, came from the same state of a server.
 * @param error what ended the sweep; anything but a refusal of LoRAs changes nothing
 */
export function nextRounds(
  rounds: Record<string, number>,
  steps: readonly number[],
  error: unknown,
): Record<string, number> {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  const [details] = (cause instanceof ApplicationFailure && cause.details) || [];
  const { passed } = (details ?? {}) as { passed?: string[] };
  if (!passed) return rounds;
  const again = [null, ...steps].map(unitOf).filter((unit) => !passed.includes(unit));
  return { ...rounds, ...Object.fromEntries(again.map((unit) => [unit, (rounds[unit] ?? 0) + 1])) };
}
