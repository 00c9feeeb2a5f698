/** Opens a picture over the page; arrows go to its neighbours in the same part, Escape goes back. */
export function viewPictures(): void {
  let links: HTMLAnchorElement[] = [];
  let at = 0;
  const dialog = document.createElement('dialog');
  dialog.className = 'viewer';
  dialog.setAttribute('aria-label', 'Image');
  const image = document.createElement('img');
  const caption = document.createElement('span');
  const original = document.createElement('a');
  original.textContent = 'Original';
  const close = document.createElement('button');
  close.textContent = 'Close (Esc)';
  close.addEventListener('click', () => dialog.close());
  const line = document.createElement('p');
  line.append(caption, original, close);
  dialog.append(image, line);
  document.body.append(dialog);

  const show = (index: number): void => {
    at = (index + links.length) % links.length;
    const link = links[at];
    const alt = link.closest('figure,li,.option')?.querySelector('img')?.alt ?? '';
    image.src = link.href;
    image.alt = alt;
    original.href = link.href;
    caption.textContent = `${alt}${links.length > 1 ? ` · ${at + 1} of ${links.length}, arrow keys for the others` : ''}`;
  };

  document.addEventListener('click', (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="/artifact/"]');
    if (!link || dialog.contains(link) || !link.matches('.picture,.open')) return;
    event.preventDefault();
    const around = link.closest('.row,.sheet,.options,.plates,.faces,section') ?? document;
    links = [...around.querySelectorAll<HTMLAnchorElement>('a.picture[href^="/artifact/"],a.open')];
    if (!links.includes(link)) links = [link];
    show(links.indexOf(link));
    dialog.showModal();
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowRight') show(at + 1);
    else if (event.key === 'ArrowLeft') show(at - 1);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener('close', () => image.removeAttribute('src'));
}
