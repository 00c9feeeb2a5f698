import { morph, picked } from './morph.js';

interface Answer {
  /** A sentence for the person. */
  said?: string;
  /** The page to go to. */
  go?: string;
  /** For the place that the form names. */
  html?: string;
  /** Texts for fields of the page, by id. */
  fill?: Record<string, string>;
}

const saidForMs = 9000;
let timer = 0;

/** Sends the page's forms with the session's token, and says what came of it in a sentence. */
export function sendForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (!('ask' in form.dataset)) return;
    event.preventDefault();
    const { sure } = form.dataset;
    if (sure === undefined || window.confirm(sure)) void send(form, event.submitter);
  });
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLSelectElement) picked.add(target);
  });
  for (const area of document.querySelectorAll<HTMLTextAreaElement>('textarea[data-drop]')) takeFiles(area);
}

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  // Before they are disabled: a disabled button says nothing of itself.
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) if (typeof value === 'string') fields.append(name, value);
  const buttons = [...form.querySelectorAll('button')];
  for (const button of buttons) button.disabled = true;
  try {
    const reply = await post(form.action, fields);
    const answer = (await reply.json()) as Answer;
    for (const [id, text] of Object.entries(answer.fill ?? {})) write(id, text);
    if (answer.html !== undefined) fill(form.dataset['into'] ?? 'plan', answer.html);
    // What was said before is answered.
    hush();
    say(answer.said, !reply.ok);
    if (reply.ok) form.closest('dialog')?.close();
    if (answer.go !== undefined) location.assign(answer.go);
    else if (reply.ok) form.querySelector<HTMLInputElement>('input[name="reason"]')?.form?.reset();
  } catch {
    say('The studio did not respond: check that it is running, then try again.', true);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/** With the session's token. */
export async function post(address: string, body: BodyInit): Promise<Response> {
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="azit-csrf"]')?.content ?? '';
  return await fetch(address, { method: 'POST', headers: { 'x-azit-csrf': csrf }, body });
}

function write(id: string, text: string): void {
  const field = document.getElementById(id);
  if (field instanceof HTMLTextAreaElement) field.value = text;
}

export function fill(id: string, html: string): void {
  const place = document.getElementById(id);
  if (!place) return;
  const fresh = document.createElement('div');
  fresh.append(...new DOMParser().parseFromString(html, 'text/html').body.childNodes);
  for (const { name, value } of place.attributes) fresh.setAttribute(name, value);
  morph(place, fresh);
  place.scrollIntoView({ block: 'nearest' });
}

export function say(text: string | undefined, isRefused = false): void {
  const place = document.getElementById('said');
  if (!place || !text) return;
  place.textContent = text;
  place.classList.toggle('refused', isRefused);
  place.hidden = false;
  clearTimeout(timer);
  timer = window.setTimeout(hush, saidForMs);
}

function hush(): void {
  const place = document.getElementById('said');
  if (place) place.hidden = true;
}

/** A project file dropped on the text becomes the text. */
function takeFiles(area: HTMLTextAreaElement): void {
  area.addEventListener('dragover', (event) => {
    event.preventDefault();
    area.classList.add('over');
  });
  area.addEventListener('dragleave', () => area.classList.remove('over'));
  area.addEventListener('drop', (event) => {
    area.classList.remove('over');
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    if (file.size > 1024 * 1024) return say("This can't be a project file: it is larger than 1 MiB.", true);
    void file.text().then((text) => (area.value = text));
  });
}
