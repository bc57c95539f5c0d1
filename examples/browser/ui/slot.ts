import { element } from './dom.js';
import { type NamedPicture, readPicture, readSample } from './pictures.js';
import type { Sample } from './samples.js';

/** A place for one picture: shows it, and takes another by a click, a drop or a sample. */
export interface Slot {
  readonly root: HTMLElement;
  readonly picture: NamedPicture | undefined;
  choose(sample: Sample): Promise<void>;
}

/** What a slot is for, and whom it tells. */
export interface SlotOptions {
  readonly title: string;
  readonly samples: readonly Sample[];
  /** Whether it may be empty. */
  readonly optional?: boolean;
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

export function pictureSlot({ title, samples, optional = false, onChange, onError }: SlotOptions): Slot {
  let picture: NamedPicture | undefined;
  const thumbnail = element('img', { alt: '' });
  const invitation = element('span', { class: 'invitation' }, optional ? 'Add a picture' : 'Choose a picture');
  const input = element('input', { type: 'file', accept: 'image/*', 'aria-label': `${title}: choose a file` });
  const frame = element('label', { class: 'frame' }, input, thumbnail, invitation);
  const name = element('span', { class: 'name' });
  const clear = element('button', { type: 'button', class: 'clear' }, 'Remove');
  clear.setAttribute('aria-label', `${title}: remove the picture`);
  const choices = element('div', { class: 'samples', role: 'group', 'aria-label': `${title}: samples` });
  const root = element('div', { class: 'slot' }, element('h2', {}, title), frame, choices);
  root.append(element('p', { class: 'caption' }, name, ...(optional ? [clear] : [])));

  function show(next: NamedPicture | undefined): void {
    if (picture !== undefined) URL.revokeObjectURL(picture.address);
    picture = next;
    root.classList.toggle('empty', next === undefined);
    if (next === undefined) thumbnail.removeAttribute('src');
    else thumbnail.src = next.address;
    thumbnail.alt = next === undefined ? '' : `${title}: ${next.name}`;
    name.textContent = next?.name ?? 'None';
    clear.hidden = next === undefined;
    for (const button of choices.children) {
      button.setAttribute('aria-pressed', String(button.getAttribute('title') === next?.name));
    }
    onChange();
  }

  // The latest choice wins, also over one that takes longer to read.
  let asked = 0;
  async function take(read: () => Promise<NamedPicture>): Promise<void> {
    const turn = ++asked;
    try {
      const next = await read();
      if (turn === asked) show(next);
    } catch (error) {
      if (turn === asked) onError(error);
    }
  }
  const takeFile = (file: File | undefined): void => {
    if (file !== undefined) void take(() => readPicture(file, file.name));
  };
  const choose = (sample: Sample): Promise<void> => take(() => readSample(sample));

  input.addEventListener('change', () => {
    takeFile(input.files?.[0]);
    // The same file can be chosen again.
    input.value = '';
  });
  for (const event of ['dragenter', 'dragover']) {
    root.addEventListener(event, (e) => {
      e.preventDefault();
      root.classList.add('dragging');
    });
  }
  for (const event of ['dragleave', 'drop']) root.addEventListener(event, () => root.classList.remove('dragging'));
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    takeFile(event.dataTransfer?.files[0]);
  });
  clear.addEventListener('click', () => {
    asked++;
    show(undefined);
    input.focus();
  });
  for (const sample of samples) {
    const label = `${title}: sample ${sample.name}`;
    const small = element('img', { src: sample.url, alt: '', loading: 'lazy' });
    const button = element('button', { type: 'button', title: sample.name, 'aria-label': label }, small);
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => void choose(sample));
    choices.append(button);
  }
  root.classList.add('empty');
  name.textContent = 'None';
  clear.hidden = true;
  return {
    root,
    choose,
    get picture() {
      return picture;
    },
  };
}
