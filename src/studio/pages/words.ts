import { AzitClientError } from '../../client/index.js';

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A sentence for a person; what is no error of ours says nothing to one. */
export function troubleWords(error: unknown): string {
  if (error instanceof AzitClientError) return ended(error.message);
  const typed = error as { type?: unknown; message?: unknown };
  if (typeof typed?.type === 'string' && typeof typed.message === 'string') return ended(typed.message);
  return 'Something went wrong in the studio; its terminal says what.';
}

const ended = (text: string): string => (/[.!?`)]$/.test(text) ? text : `${text}.`);
