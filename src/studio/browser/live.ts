import { morph } from './morph.js';

const meta = (name: string): string | null =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? null;

const firstWaitMs = 1000;
const longestWaitMs = 15_000;

/** Follows the page's events: each replaces one part. A stream that ends is opened again, from where the page stands. */
export function keepAlive(onChange: () => void): void {
  const address = meta('azit-events');
  if (!address) return;
  let seen = meta('azit-seen') ?? '';
  let source: EventSource | null = null;
  let waitMs = firstWaitMs;
  let timer = 0;

  const open = (): void => {
    source?.close();
    const own = new EventSource(`${address}?seen=${encodeURIComponent(seen)}`);
    source = own;
    own.addEventListener('open', () => {
      waitMs = firstWaitMs;
      say(null);
    });
    own.addEventListener('part', (event) => {
      const { id, html } = JSON.parse(event.data as string) as { id: string; html: string };
      seen = event.lastEventId;
      replacePart(id, html);
      onChange();
    });
    own.addEventListener('error', () => {
      own.close();
      if (source !== own) return;
      say('The studio does not respond; trying again.');
      clearTimeout(timer);
      timer = window.setTimeout(() => void again(), waitMs);
      waitMs = Math.min(longestWaitMs, waitMs * 1.6);
    });
  };

  /** A studio that does not know this browser any more shows its door. */
  const again = async (): Promise<void> => {
    const reply = await fetch(address, { method: 'HEAD' }).catch(() => null);
    if (reply?.status === 401) location.reload();
    else open();
  };

  // A browser opens six connections to a server: pages that nobody sees take none.
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.hidden) {
      source?.close();
      source = null;
    } else open();
  });
  window.addEventListener('pagehide', () => source?.close());
  if (!document.hidden) open();
}

const imageAgainMs = 5000;
const imageTimes = 30;

/** Images that did not come while the studio, or its store, was away. */
export function askAgainForImages(): void {
  const times = new WeakMap<HTMLImageElement, number>();
  document.addEventListener(
    'error',
    ({ target }) => {
      if (!(target instanceof HTMLImageElement) || !target.src.startsWith(`${location.origin}/`)) return;
      const before = times.get(target) ?? 0;
      times.set(target, before + 1);
      if (before < imageTimes)
        setTimeout(() => target.isConnected && target.setAttribute('src', target.src), imageAgainMs);
    },
    true,
  );
}

function replacePart(id: string, html: string): void {
  const old = document.getElementById(id);
  const fresh = new DOMParser().parseFromString(html, 'text/html').body.firstElementChild;
  if (old && fresh) morph(old, document.importNode(fresh, true));
}

function say(trouble: string | null): void {
  const place = document.getElementById('link-state');
  if (!place) return;
  place.hidden = trouble === null;
  place.textContent = trouble ?? '';
}
