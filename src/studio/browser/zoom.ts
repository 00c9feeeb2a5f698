const largeFrom = 1.5;

/**
 * One zoom for all images of the gallery: every step, strength and prompt shows the same spot. By the sliders, or by
 * dragging an image. @returns does so again, after the page has changed
 */
export function zoomTogether(): () => void {
  const form = document.getElementById('zoom') as HTMLFormElement | null;
  const gallery = (): HTMLElement | null => document.getElementById('gallery');
  if (!form) return () => undefined;
  const field = (name: string): HTMLInputElement => form.elements.namedItem(name) as HTMLInputElement;
  const apply = (): void => {
    form.hidden = gallery()?.querySelector('.row img') == null;
    const zoom = Number(field('zoom').value);
    const { style, classList } = document.documentElement;
    classList.toggle('zoomed', zoom > 1);
    style.setProperty('--zoom', String(zoom));
    style.setProperty('--zoom-x', `${field('x').value}%`);
    style.setProperty('--zoom-y', `${field('y').value}%`);
    if (zoom < largeFrom) return;
    // The small copies would show their pixels.
    for (const image of gallery()?.querySelectorAll<HTMLImageElement>('.row img') ?? [])
      if (image.getAttribute('src')?.includes('/512?')) image.src = image.src.replace('/512?', '/1280?');
  };
  form.addEventListener('input', apply);
  form.addEventListener('reset', () => setTimeout(apply));
  form.addEventListener('submit', (event) => event.preventDefault());
  dragging(
    () => Number(field('zoom').value),
    (x, y) => {
      field('x').value = String(Number(field('x').value) - x);
      field('y').value = String(Number(field('y').value) - y);
      apply();
    },
  );
  apply();
  return apply;
}

/** @param move by how many hundredths of an image */
function dragging(zoom: () => number, move: (x: number, y: number) => void): void {
  let from: { x: number; y: number; side: number; hasMoved: boolean } | null = null;
  document.addEventListener('pointerdown', (event) => {
    const image = (event.target as Element).closest<HTMLImageElement>('.zoomed .gallery .row img');
    if (!image || event.button !== 0) return;
    // The link would be dragged.
    event.preventDefault();
    from = { x: event.clientX, y: event.clientY, side: image.getBoundingClientRect().width, hasMoved: false };
  });
  document.addEventListener('pointermove', (event) => {
    if (!from) return;
    const scale = (100 / from.side) * (zoom() / Math.max(0.01, zoom() - 1));
    move((event.clientX - from.x) * scale, (event.clientY - from.y) * scale);
    from = { ...from, x: event.clientX, y: event.clientY, hasMoved: true };
  });
  document.addEventListener('pointerup', () => {
    // A drag is no click on the image.
    if (from?.hasMoved) document.addEventListener('click', stop, { capture: true, once: true });
    setTimeout(() => document.removeEventListener('click', stop, { capture: true }));
    from = null;
  });
  document.addEventListener('dragstart', (event) => {
    if (document.documentElement.classList.contains('zoomed') && (event.target as Element).closest('.gallery .row'))
      event.preventDefault();
  });
}

function stop(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
