import { fill, post, say } from './forms.js';

interface Dropped {
  taken?: boolean;
  name?: string;
  reason?: string;
  said?: string;
}

const againMs = 1000;
const mostTimes = 60;

/** Images dropped for a project go to the studio one by one; what is not taken is listed with the reason. */
export function takeDrops(): void {
  const tray = document.querySelector<HTMLElement>('.drops')?.dataset['tray'];
  if (tray === undefined) return;
  for (const zone of document.querySelectorAll<HTMLElement>('.drop')) {
    const input = zone.querySelector('input');
    const take = (files: FileList | null | undefined): void => {
      if (files?.length) void sendAll([...files], tray, zone.dataset['place'] ?? '');
    };
    input?.addEventListener('change', () => {
      take(input.files);
      input.value = '';
    });
    zone.addEventListener('dragover', (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
    zone.addEventListener('dragleave', () => zone.classList.remove('over'));
    zone.addEventListener('drop', (event) => {
      event.preventDefault();
      zone.classList.remove('over');
      take(event.dataTransfer?.files);
    });
  }
}

async function sendAll(files: readonly File[], tray: string, place: string): Promise<void> {
  let last: string | null = null;
  for (const [index, file] of files.entries()) {
    say(`Image ${index + 1} of ${files.length}`);
    const address = `/start/pictures?${new URLSearchParams({ tray, place, name: file.name.slice(-120) }).toString()}`;
    const reply = await sendOne(address, file);
    const dropped = (await reply?.json().catch(() => null)) as Dropped | null;
    if (dropped?.taken && dropped.name) last = dropped.name.endsWith('.txt') ? last : dropped.name;
    else refuse(file.name, dropped?.reason ?? dropped?.said ?? 'did not reach the studio');
  }
  const reviewed = await fetch(`/start/review?${new URLSearchParams({ tray }).toString()}`);
  const { html } = (await reviewed.json()) as { html?: string };
  if (html !== undefined) fill('tray', html);
  say('The images have been checked.');
  if (last !== null) await nameInProject(tray, place, last);
}

/** Where the studio has its hands full, again in a moment. */
async function sendOne(address: string, file: File): Promise<Response | null> {
  for (let times = 1; ; times += 1) {
    const reply = await post(address, file).catch(() => null);
    if (reply?.status !== 503 || times >= mostTimes) return reply;
    await new Promise((go) => setTimeout(go, againMs));
  }
}

/** So that nobody has to know the path. */
async function nameInProject(tray: string, place: string, name: string): Promise<void> {
  const area = document.getElementById('project');
  if (!(area instanceof HTMLTextAreaElement)) return;
  const reply = await post('/start/use', new URLSearchParams({ project: area.value, tray, place, name }));
  const { fill: texts, said } = (await reply.json()) as { fill?: { project: string }; said?: string };
  if (texts) area.value = texts.project;
  else say(said, true);
}

function refuse(name: string, reason: string): void {
  const list = document.getElementById('not-taken');
  if (!list) return;
  const line = document.createElement('li');
  line.textContent = `${name} was not accepted: it ${reason}.`;
  list.append(line);
  list.hidden = false;
}
