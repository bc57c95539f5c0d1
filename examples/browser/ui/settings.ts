import type { BackendName, BackendReport, MethodName, TransferName, WeightsName, WeightsReport } from '../protocol.js';
import { bestBackend, titleOf } from './backends.js';
import { byId, element } from './dom.js';
import { shown, styleFactorOf } from './units.js';
import { megabytes } from './words.js';

/** What the controls say. */
export interface Settings {
  readonly method: MethodName;
  readonly transfer: TransferName;
  readonly backend: BackendName;
  readonly weights: WeightsName;
  readonly strength: number;
  readonly styleFactor: number;
  readonly mix: number;
  readonly size: number;
  readonly steps: number;
  readonly levels: number;
  readonly depth: number;
}

const weightsTitles: Readonly<Record<WeightsName, string>> = {
  slim: 'Small, of this project',
  'vgg19-torchvision': 'VGG-19 of torchvision',
  ust16x: 'Compressed VGG-19 (ust16x)',
};

export function settingsForm() {
  const form = byId('settings', HTMLFormElement);
  const note = byId('weights-note', HTMLElement);
  const control = <T extends Element>(name: string, kind: new () => T): T => {
    const found = form.querySelector(`[name=${name}]`);
    if (!(found instanceof kind)) throw new Error(`index.html lacks the control ${name}`);
    return found;
  };
  const range = (name: string): number => Number(control(name, HTMLInputElement).value);
  const choice = (name: string): string => control(name, HTMLSelectElement).value;
  const method = (): MethodName => new FormData(form).get('method') as MethodName;
  const weights = control('weights', HTMLSelectElement);
  const backend = control('backend', HTMLSelectElement);
  let reports: readonly WeightsReport[] = [];

  /** Shows what belongs to the method, in the present state. */
  function refresh(twoStyles: boolean): void {
    for (const part of form.querySelectorAll<HTMLElement>('[data-for]')) {
      const { for: condition } = part.dataset;
      part.hidden = condition === 'two-styles' ? !twoStyles : condition !== method();
    }
    for (const input of form.querySelectorAll<HTMLInputElement>('input[type=range]')) {
      const text = shown[input.dataset['unit'] ?? 'count']!(Number(input.value));
      const output = input.parentElement?.querySelector('output');
      if (output) output.textContent = text;
      input.setAttribute('aria-valuetext', text);
      const [min, max, value] = [Number(input.min), Number(input.max), Number(input.value)];
      input.style.setProperty('--filled', `${(100 * (value - min)) / (max - min)}%`);
    }
    offerWeights();
  }

  /** The weights that the method can use. */
  function offerWeights(): void {
    const usable = reports.filter((report) => report.method === 'both' || report.method === method());
    const before = weights.value;
    weights.replaceChildren(
      ...usable.map(({ name, bytes }) => {
        const size = bytes > 0 ? `, ${megabytes(bytes)}` : '';
        return element('option', { value: name }, `${weightsTitles[name]}${size}`);
      }),
    );
    if (usable.some(({ name }) => name === before)) weights.value = before;
    const chosen = usable.find(({ name }) => name === weights.value);
    note.textContent =
      chosen === undefined || chosen.bytes === 0
        ? 'They came with the page.'
        : `Painting downloads ${megabytes(chosen.bytes)} from ${chosen.host}, once; this browser keeps them. ` +
          `Licence: ${chosen.license}.`;
  }

  return {
    form,
    refresh,
    /** Fills in what the worker has found. */
    offer(backends: readonly BackendReport[], all: readonly WeightsReport[]): void {
      reports = all;
      const before = backend.value;
      backend.replaceChildren(
        ...backends.map((report) => {
          const option = element('option', { value: report.name }, titleOf(report));
          option.disabled = !report.available;
          return option;
        }),
      );
      const keep = backends.find(({ name, available }) => available && name === before);
      backend.value = keep?.name ?? bestBackend(backends) ?? '';
    },
    read: (): Settings => ({
      method: method(),
      transfer: choice('transfer') as TransferName,
      backend: choice('backend') as BackendName,
      weights: choice('weights') as WeightsName,
      strength: range('strength') / 100,
      styleFactor: styleFactorOf(range('styleFactor')),
      mix: range('mix') / 100,
      size: range('size'),
      steps: range('steps'),
      levels: Number(choice('levels')),
      depth: range('depth'),
    }),
  };
}
