import type { PixelData } from '../protocol.js';
import type { NamedPicture } from './pictures.js';
import { byId, element } from './dom.js';
import type { Complaint } from './errors.js';

/** The large picture with its progress and words. */
export function stage() {
  const canvas = byId('painting', HTMLCanvasElement);
  const caption = byId('caption', HTMLElement);
  const progress = byId('progress', HTMLElement);
  const fill = progress.firstElementChild as HTMLElement;
  const status = byId('status', HTMLElement);
  const left = byId('left', HTMLElement);
  const error = byId('error', HTMLElement);
  const download = byId('download', HTMLAnchorElement);
  const compare = byId('compare', HTMLButtonElement);
  let original: NamedPicture | undefined;
  let painted: PixelData | undefined;
  let subject = '';
  let address: string | undefined;

  function draw(): void {
    const showOriginal = painted === undefined || compare.getAttribute('aria-pressed') === 'true';
    const pixels = showOriginal ? original : painted;
    if (pixels === undefined) return;
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    canvas.style.setProperty('--ratio', String(pixels.width / pixels.height));
    canvas.getContext('2d')?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
    const size = `${pixels.width} x ${pixels.height}`;
    caption.textContent = showOriginal ? 'Original' : size;
    const what = showOriginal ? `${original?.name ?? ''}, not painted` : `${subject}, ${size} pixels`;
    canvas.setAttribute('aria-label', what);
  }

  function setFile(blob: Blob | null): void {
    if (address !== undefined) URL.revokeObjectURL(address);
    address = blob === null ? undefined : URL.createObjectURL(blob);
    download.setAttribute('aria-disabled', String(address === undefined));
    if (address === undefined) download.removeAttribute('href');
    else download.href = address;
    download.download = 'pastiche.png';
  }

  compare.addEventListener('click', () => {
    const pressed = compare.getAttribute('aria-pressed') !== 'true';
    compare.setAttribute('aria-pressed', String(pressed));
    draw();
  });

  return {
    /** The content changed: there is nothing painted of it yet. */
    showOriginal(picture: NamedPicture | undefined): void {
      [original, painted] = [picture, undefined];
      compare.disabled = true;
      compare.setAttribute('aria-pressed', 'false');
      setFile(null);
      draw();
    },
    /** A painting on its way, and what it shows, for those who do not see it. */
    showPainted(pixels: PixelData, words: string): void {
      [painted, subject] = [pixels, words];
      // What can be downloaded is what is seen.
      setFile(null);
      compare.disabled = false;
      draw();
    },
    /** The painting as far as it has come. */
    painted: (): PixelData | undefined => painted,
    /** The painting can be downloaded. */
    async offer(): Promise<void> {
      const pixels = painted;
      if (pixels === undefined) return;
      const file = new OffscreenCanvas(pixels.width, pixels.height);
      file.getContext('2d')?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
      const blob = await file.convertToBlob({ type: 'image/png' });
      if (painted === pixels) setFile(blob);
    },
    /** A fraction in 0..1, or none for work of unknown length. */
    progress(fraction: number | undefined): void {
      progress.classList.toggle('busy', fraction === undefined);
      if (fraction === undefined) progress.removeAttribute('aria-valuenow');
      else progress.setAttribute('aria-valuenow', String(Math.round(100 * fraction)));
      fill.style.width = `${100 * (fraction ?? 1)}%`;
    },
    /** What happens, read out by screen readers, and how long it will take, which is not. */
    say(words: string, time = ''): void {
      if (status.textContent !== words) status.textContent = words;
      left.textContent = time;
    },
    /** An error in words; none takes the last one away. */
    complain(complaint: Complaint | undefined): void {
      error.hidden = complaint === undefined;
      error.replaceChildren(complaint?.words ?? '');
      const details = complaint?.details;
      if (details !== undefined) error.append(element('details', {}, element('summary', {}, 'Details'), details));
      // On a phone it may lie below the picture.
      if (complaint !== undefined) error.scrollIntoView({ block: 'nearest' });
    },
  };
}
