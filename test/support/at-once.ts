/** How many at once: each waits more than it works, on two cores. */
const width = 3;

/** `skipped`: it could not run here, and has said why. */
type Ending = void | 'skipped';

/**
 * Begins independent scenes in their order, some at once; each test then waits for its own. @returns how to begin, for
 * `before`: nothing runs where no test of the suite does.
 */
export function atOnce(scenes: Record<string, () => Promise<Ending>>): () => void {
  const begun = new Map<string, { settle: (ended: Promise<Ending>) => void; ended: Promise<Ending> }>();
  for (const title of Object.keys(scenes)) {
    let settle!: (ended: Promise<Ending>) => void;
    const ended = new Promise<Ending>((resolve) => (settle = resolve));
    // Its own test tells of it, perhaps much later.
    ended.catch(() => undefined);
    begun.set(title, { settle, ended });
    it(title, async function () {
      if ((await ended) === 'skipped') this.skip();
    });
  }
  return () => {
    const left = Object.entries(scenes);
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) {
        const [title, scene] = next;
        const running = scene();
        begun.get(title)?.settle(running);
        await running.catch(() => undefined);
      }
    };
    for (let lane = 0; lane < width; lane += 1) void work();
  };
}
