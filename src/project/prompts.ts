import type { NamedPrompt } from './schema.js';

const placeholder = /\[trigger\]/gi;

/** The prompt with the trigger word in it: in the place of `[trigger]`, or in front where it has neither. */
export function withTrigger(text: string, trigger: string): string {
  const filled = text.replace(placeholder, () => trigger);
  return holdsWord(filled, trigger) ? filled : `${trigger}, ${filled}`;
}

/** The anchor is drawn before any LoRA exists, so its prompt knows no trigger word. */
export function withoutTrigger(text: string): string {
  return text.replace(placeholder, '').replace(/\s+/g, ' ').trim();
}

/** Gives each prompt an id (from its first words where it has none) and its trigger word. */
export function namePrompts(prompts: readonly (string | NamedPrompt)[], trigger: string): NamedPrompt[] {
  const taken = new Set(prompts.flatMap((prompt) => (typeof prompt === 'string' ? [] : [prompt.id])));
  return prompts.map((prompt) => {
    if (typeof prompt !== 'string') return { id: prompt.id, text: withTrigger(prompt.text, trigger) };
    const id = freeId(slugOf(withoutTrigger(prompt), 24) || 'prompt', taken);
    taken.add(id);
    return { id, text: withTrigger(prompt, trigger) };
  });
}

/** Lower-case letters, digits and single hyphens, cut at a word; empty where nothing of the text is left. */
export function slugOf(text: string, maxLength: number): string {
  const slug = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (slug.length <= maxLength) return slug;
  const cut = slug.slice(0, maxLength + 1).replace(/-[^-]*$/, '');
  return cut.slice(0, maxLength).replace(/-+$/, '');
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let suffix = 2; ; suffix++) if (!taken.has(`${wanted}-${suffix}`)) return `${wanted}-${suffix}`;
}

function holdsWord(text: string, word: string): boolean {
  // A hyphen is no part of a pattern here, and escaped it would be a mistake under `u`.
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'u').test(text);
}
