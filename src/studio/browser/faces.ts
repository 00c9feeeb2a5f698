interface Looked {
  words?: string;
  isDoubtful?: boolean;
  /** Why no face can be looked for. */
  lack?: string;
}

const againMs = 1000;
const mostTimes = 60;
let isLooking = false;

/** Whenever images without a finding stand on the page: one after the other is looked at by the studio. */
export function checkFaces(): void {
  const tray = document.getElementById('tray');
  if (tray) new MutationObserver(() => void lookAtAll(tray)).observe(tray, { childList: true, subtree: true });
}

async function lookAtAll(tray: HTMLElement): Promise<void> {
  if (isLooking) return;
  isLooking = true;
  try {
    for (let next = nextOf(tray); next; next = nextOf(tray)) {
      const { look = '' } = next.dataset;
      next.textContent = 'Checking the face …';
      const { words, isDoubtful = false, lack } = await lookAt(look);
      // Meanwhile it may have been removed, or be another image.
      const place = tray.querySelector<HTMLElement>(`[data-look="${CSS.escape(look)}"]`);
      if (lack !== undefined)
        for (const one of tray.querySelectorAll<HTMLElement>('[data-look]')) tell(one, lack, false);
      else if (place) tell(place, words ?? 'The face could not be checked here; the run checks it.', isDoubtful);
    }
  } finally {
    isLooking = false;
  }
}

const nextOf = (tray: HTMLElement): HTMLElement | null => tray.querySelector<HTMLElement>('[data-look]');

function tell(place: HTMLElement, words: string, isDoubtful: boolean): void {
  delete place.dataset['look'];
  place.textContent = words;
  place.closest('li')?.classList.toggle('doubtful', isDoubtful);
}

/** Where the studio has its hands full, again in a moment. */
async function lookAt(address: string): Promise<Looked> {
  for (let times = 1; ; times += 1) {
    const reply = await fetch(address).catch(() => null);
    if (reply?.status !== 503 || times >= mostTimes)
      return reply?.ok ? ((await reply.json().catch(() => ({}))) as Looked) : {};
    await new Promise((go) => setTimeout(go, againMs));
  }
}
