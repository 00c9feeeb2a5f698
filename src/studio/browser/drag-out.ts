/**
 * Lets an image be dragged into ComfyUI with the graph that it holds. ComfyUI fetches the address that a dragged image
 * brings, and a browser lets it read nothing from another origin: so the image brings itself, as a data URL. It is read
 * when it is shown, since a drag takes only what is there.
 */
export function dragWhole(image: HTMLImageElement): void {
  let whole: { from: string; data: string } | null = null;
  image.addEventListener('load', () => {
    const from = image.src;
    void dataOf(from).then((data) => (whole = data === null ? null : { from, data }));
  });
  image.addEventListener('dragstart', ({ dataTransfer }) => {
    if (whole?.from === image.src) dataTransfer?.setData('text/uri-list', whole.data);
  });
}

/** From the browser's own cache. @returns null where it can't be read: the address alone goes along */
async function dataOf(address: string): Promise<string | null> {
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) return null;
  const reader = new FileReader();
  const read = new Promise<void>((resolve) => reader.addEventListener('loadend', () => resolve()));
  reader.readAsDataURL(await response.blob());
  await read;
  return typeof reader.result === 'string' ? reader.result : null;
}
