/**
 * Megapixels decoded at once in this process. Formats that can't be shrunk while they are read (WebP, AVIF,
 * progressive JPEG) take up to 8 bytes a pixel: two large photos at once would not stay below 600 MB.
 */
const roomMegapixels = 32;

interface Waiting {
  share: number;
  enter(): void;
}

const queue: Waiting[] = [];
let taken = 0;

/** Runs `decode` when there is room for a picture of this size; in order, so that a large one gets its turn. */
export async function whileRoom<T>(megapixels: number, decode: () => Promise<T>): Promise<T> {
  // One that is larger than all the room gets all of it.
  const share = Math.min(megapixels, roomMegapixels);
  await new Promise<void>((enter) => {
    queue.push({ share, enter });
    admit();
  });
  try {
    return await decode();
  } finally {
    taken -= share;
    admit();
  }
}

function admit(): void {
  while (queue.length > 0 && taken + queue[0].share <= roomMegapixels) {
    const { share, enter } = queue.shift()!;
    taken += share;
    enter();
  }
}
