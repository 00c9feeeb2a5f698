interface News {
  id: string;
  runId: string;
  title: string;
  body: string;
}

const againMs = 5000;

/**
 * The browser's own notifications while a page of the studio is open, also behind others. Of all pages of a browser one
 * listens, whichever has the lock.
 */
export function giveNotices(): void {
  const button = document.getElementById('notify-me');
  if (!button || !('Notification' in window) || !('locks' in navigator)) return;
  const begin = (): void => {
    button.hidden = Notification.permission !== 'default';
    if (Notification.permission === 'granted') void navigator.locks.request('azit-notices', listen);
  };
  button.addEventListener('click', () => void Notification.requestPermission().then(begin));
  begin();
}

/** As long as the page is open. What was there before the first look is no news. */
async function listen(): Promise<never> {
  const told = new Set<string>();
  let isFirst = true;
  const open = (): void => {
    const source = new EventSource('/news');
    source.addEventListener('part', (event) => {
      const { html } = JSON.parse(event.data as string) as { html: string };
      for (const news of JSON.parse(html) as News[]) {
        if (!isFirst && !told.has(news.id)) show(news);
        told.add(news.id);
      }
      isFirst = false;
    });
    source.addEventListener('error', () => {
      source.close();
      window.setTimeout(open, againMs);
    });
  };
  open();
  return await new Promise<never>(() => undefined);
}

function show({ id, runId, title, body }: News): void {
  const notice = new Notification(title, { body, tag: id, icon: `/run/${encodeURIComponent(runId)}/face` });
  notice.addEventListener('click', () => {
    window.focus();
    location.assign(`/run/${encodeURIComponent(runId)}/`);
  });
}
