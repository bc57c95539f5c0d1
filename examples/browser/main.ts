import type { Job, Reply, WeightsName, WeightsReport } from './protocol.js';
import { byId } from './ui/dom.js';
import { type Chosen, jobOf } from './ui/job.js';
import { lossCurve } from './ui/lossCurve.js';
import { samples } from './ui/pictures.js';
import { settingsForm } from './ui/settings.js';
import { pictureSlot } from './ui/slot.js';
import { stage } from './ui/stage.js';
import { duration, megabytes, timeLeft } from './ui/words.js';
import { workshop } from './ui/workshop.js';

type State = 'starting' | 'ready' | 'painting' | 'stopping' | 'done' | 'stopped' | 'failed';

const easel = stage();
const curve = lossCurve();
const settings = settingsForm();
const [paintButton, stopButton, continueButton] = ['paint', 'stop', 'continue'].map((id) =>
  byId(id, HTMLButtonElement),
) as [HTMLButtonElement, HTMLButtonElement, HTMLButtonElement];

let state: State = 'starting';
let hasBackend = false;
let weights: readonly WeightsReport[] = [];
/** Downloaded in this session, so that the button need not announce it again. */
const fetched = new Set<WeightsName>(['slim']);
/** What is being painted, and whether it is only a change of what is seen already. */
let current: { job: Job; quiet: boolean } | undefined;
/** What was painted last and has not gone stale. */
let last: { job: Job; canGoOn: boolean } | undefined;
/** The controls have changed while the last change was painted. */
let again = false;

const fail = (error: unknown): void => easel.complain(error instanceof Error ? error.message : String(error));
const slots = {
  content: pictureSlot({ title: 'Content', samples: [samples.harbour], onChange: contentChanged, onError: fail }),
  style: pictureSlot({
    title: 'Style',
    samples: [samples.swirls, samples.glass],
    onChange: settingsChanged,
    onError: fail,
  }),
  second: pictureSlot({
    title: 'Mix with',
    samples: [samples.swirls, samples.glass],
    optional: true,
    onChange: settingsChanged,
    onError: fail,
  }),
};

function chosen(): Chosen | undefined {
  const content = slots.content.picture;
  const first = slots.style.picture;
  if (content === undefined || first === undefined) return undefined;
  const second = slots.second.picture;
  return { content, styles: second === undefined ? [first] : [first, second] };
}

const isBusy = (): boolean => state === 'painting' || state === 'stopping';

/** Puts the buttons into the state that everything else is in. */
function refresh(): void {
  document.body.dataset['state'] = state;
  settings.refresh(slots.second.picture !== undefined);
  const { method, size, weights: name } = settings.read();
  const bytes = weights.find((report) => report.name === name)?.bytes ?? 0;
  const able = hasBackend && chosen() !== undefined;
  paintButton.disabled = !able;
  paintButton.hidden = isBusy();
  paintButton.textContent = bytes > 0 && !fetched.has(name) ? `Download ${megabytes(bytes)} and paint` : 'Paint';
  stopButton.hidden = !isBusy();
  stopButton.disabled = state === 'stopping';
  const canGoOn = last?.canGoOn === true && method === 'gatys' && last.job.size === size && last.job.weights === name;
  continueButton.hidden = isBusy() || !canGoOn;
}

function setState(next: State): void {
  state = next;
  refresh();
}

function paint({ goOn = false, quiet = false } = {}): void {
  const pictures = chosen();
  if (pictures === undefined || isBusy()) return;
  const job = jobOf(settings.read(), pictures, goOn);
  current = { job, quiet };
  again = false;
  easel.complain(undefined);
  if (job.method === 'gatys') curve.begin(goOn);
  else curve.hide();
  if (!quiet) easel.progress(undefined);
  easel.say(quiet ? 'Repainting' : 'Painting');
  const hadFocus = document.activeElement === paintButton || document.activeElement === continueButton;
  setState('painting');
  // The button that was pressed is gone: the keyboard goes on at the one in its place.
  if (hadFocus) stopButton.focus();
  shop.paint(job);
}

/** A run is over, one way or the other. */
function rest(next: State): void {
  const hadFocus = document.activeElement === stopButton;
  current = undefined;
  setState(next);
  document.body.dataset['runs'] = String(Number(document.body.dataset['runs'] ?? 0) + 1);
  if (hadFocus) (continueButton.hidden ? paintButton : continueButton).focus();
}

function contentChanged(): void {
  last = undefined;
  if (isBusy()) shop.stop();
  easel.showOriginal(slots.content.picture);
  easel.complain(undefined);
  refresh();
}

/** In universal mode the picture follows the controls. */
function settingsChanged(): void {
  easel.complain(undefined);
  if (current?.quiet === true) again = true;
  const now = settings.read();
  const follows =
    last?.job.method === 'universal' &&
    now.method === 'universal' &&
    now.weights === last.job.weights &&
    now.backend === last.job.backend;
  if (follows && !isBusy()) paint({ quiet: true });
  else refresh();
}

async function onDone(reply: Extract<Reply, { kind: 'done' }>): Promise<void> {
  const { job, quiet } = current ?? {};
  if (job === undefined) return;
  document.body.dataset['tensors'] = String(reply.tensors);
  fetched.add(job.weights);
  const stale = slots.content.picture?.id !== job.content.id;
  // A change that was stopped halfway leaves the picture of before.
  const halfway = quiet === true && reply.stopped;
  if (!stale && !halfway && reply.picture !== undefined) {
    last = { job, canGoOn: reply.canGoOn };
    await easel.finish(reply.picture);
  }
  easel.progress(reply.stopped ? 0 : 1);
  const took = duration(reply.seconds);
  const words = reply.stopped ? `Stopped after ${took}` : quiet === true ? `Repainted in ${took}` : `Done in ${took}`;
  easel.say(reply.message === undefined ? words : `${words}. ${reply.message}`);
  rest(reply.stopped ? 'stopped' : 'done');
  if (again && !reply.stopped) paint({ quiet: true });
}

function onStep(reply: Extract<Reply, { kind: 'step' }>): void {
  if (current === undefined) return;
  const { done, of, loss, level = 1, secondsLeft, picture } = reply;
  easel.progress(done / of);
  if (loss !== undefined) curve.add(loss, level, of - done);
  const unit = current.job.method === 'gatys' ? 'step' : 'level';
  easel.say(current.quiet ? 'Repainting' : 'Painting', `${unit} ${done} of ${of}, ${timeLeft(secondsLeft)}`);
  // A repainting shows nothing half done, or the picture would flicker.
  const stale = slots.content.picture?.id !== current.job.content.id;
  if (picture !== undefined && !current.quiet && !stale) easel.showPainted(picture);
}

const restarted = 'The painter broke down and has been started again; your pictures and settings are still here.';

const shop = workshop({
  onReply(reply) {
    if (reply.kind === 'ready') {
      weights = reply.weights;
      settings.offer(reply.backends, reply.weights);
      hasBackend = reply.backends.some(({ available }) => available);
      if (!hasBackend)
        easel.complain(
          'This browser has neither WebAssembly nor WebGL nor WebGPU, so it cannot paint. Try a newer one.',
        );
      if (state === 'starting') {
        easel.say('Ready');
        setState('ready');
      } else refresh();
    } else if (reply.kind === 'phase') {
      easel.say(reply.text, reply.fraction === undefined ? '' : `${Math.round(100 * reply.fraction)} %`);
      if (current?.quiet === false) easel.progress(reply.fraction);
    } else if (reply.kind === 'step') onStep(reply);
    else if (reply.kind === 'done') void onDone(reply);
    else {
      document.body.dataset['tensors'] = String(reply.tensors);
      easel.progress(0);
      easel.say('It did not work');
      easel.complain(reply.broken ? `${reply.message}. ${restarted}` : reply.message, reply.details);
      if (reply.broken) {
        last = undefined;
        shop.restart();
      }
      rest('failed');
    }
  },
  onCrash(message, restartedWorker) {
    last = undefined;
    easel.progress(0);
    easel.say('It did not work');
    easel.complain(
      restartedWorker ? `${restarted} (${message})` : `The painter did not start: ${message}. Reload the page.`,
    );
    rest('failed');
  },
});

paintButton.addEventListener('click', () => paint());
continueButton.addEventListener('click', () => paint({ goOn: true }));
stopButton.addEventListener('click', () => {
  again = false;
  shop.stop();
  easel.say('Stopping');
  setState('stopping');
});
settings.form.addEventListener('input', (event) => {
  // Files have their own way.
  if (event.target instanceof HTMLInputElement && event.target.type === 'file') return;
  settingsChanged();
});
settings.form.addEventListener('submit', (event) => event.preventDefault());
// A picture that misses its place must not replace the page.
for (const event of ['dragover', 'drop']) window.addEventListener(event, (e) => e.preventDefault());

byId('slots', HTMLElement).append(...Object.values(slots).map(({ root }) => root));
refresh();
await Promise.all([slots.content.choose(samples.harbour), slots.style.choose(samples.swirls)]);
