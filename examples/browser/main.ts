import type { Job, Reply, WeightsName, WeightsReport } from './protocol.js';
import { type State, buttons } from './ui/buttons.js';
import { type Complaint, breakdown, complaint } from './ui/errors.js';
import { jobOf, subjectOf } from './ui/job.js';
import { lossCurve } from './ui/lossCurve.js';
import { settingsForm } from './ui/settings.js';
import { pictureSlots } from './ui/slots.js';
import { stage } from './ui/stage.js';
import { tab } from './ui/tab.js';
import { duration, timeLeft } from './ui/words.js';
import { workshop } from './ui/workshop.js';

/* Brings together what a person does, what the worker says, and what is seen of both. */

const easel = stage();
const curve = lossCurve();
const settings = settingsForm();
const title = tab();

let state: State = 'starting';
let hasBackend = false;
let weights: readonly WeightsReport[] = [];
/** Downloaded in this session, so that the button need not announce it again. */
const fetched = new Set<WeightsName>(['slim']);
/** What is being painted, in words too, and whether it is only a change of what is seen already. */
let current: { job: Job; subject: string; quiet: boolean } | undefined;
/** What was painted last of the present content. */
let last: Job | undefined;
/** The controls have changed while the last change was painted. */
let again = false;

const fail = (error: unknown): void => easel.complain(complaint(error));
const slots = pictureSlots({ onContent: contentChanged, onStyle: settingsChanged, onError: fail });

const isBusy = (): boolean => state === 'painting' || state === 'stopping';
const isStale = (job: Job): boolean => slots.content()?.id !== job.content.id;

const controls = buttons({
  onPaint: () => paint(),
  onContinue: () => paint({ goOn: true }),
  onStop(atOnce) {
    again = false;
    if (atOnce) {
      shop.restart();
      void ended('stopped', 'Stopped at once');
      return;
    }
    shop.stop();
    easel.say('Stopping');
    setState('stopping');
  },
});

/** Brings everything that is seen into the present state. */
function refresh(): void {
  document.body.dataset['state'] = state;
  settings.refresh(slots.hasTwoStyles());
  const { method, weights: name } = settings.read();
  const missing = weights.find((report) => report.name === name && report.bytes > 0 && !fetched.has(name));
  controls.refresh({
    state,
    able: hasBackend && slots.chosen() !== undefined,
    // Not before weights are announced that would have to be downloaded.
    canGoOn: last !== undefined && method === 'gatys' && missing === undefined,
    ...(missing ? { missing } : {}),
  });
}

function setState(next: State): void {
  state = next;
  refresh();
}

function paint({ goOn = false, quiet = false } = {}): void {
  const pictures = slots.chosen();
  if (pictures === undefined || isBusy()) return;
  const job = jobOf(settings.read(), pictures, goOn ? easel.painted() : undefined);
  current = { job, subject: subjectOf(pictures), quiet };
  again = false;
  easel.complain(undefined);
  if (job.method === 'gatys') curve.begin(goOn);
  else curve.hide();
  if (!quiet) easel.progress(undefined);
  easel.say(quiet ? 'Repainting' : 'Painting');
  setState('painting');
  shop.paint(job);
}

/** A run is over, one way or the other. What it has painted so far can be downloaded and gone on from. */
async function ended(next: State, words: string): Promise<void> {
  const { job } = current ?? {};
  if (job !== undefined && !isStale(job) && easel.painted() !== undefined) {
    last = job;
    await easel.offer();
  }
  current = undefined;
  if (next !== 'done') easel.progress(0);
  easel.say(words);
  title.rest(words);
  setState(next);
  document.body.dataset['runs'] = String(Number(document.body.dataset['runs'] ?? 0) + 1);
}

function failed(error: Complaint): void {
  easel.complain(error);
  void ended('failed', 'It did not work');
}

function contentChanged(): void {
  last = undefined;
  if (isBusy()) shop.stop();
  easel.showOriginal(slots.content());
  easel.complain(undefined);
  refresh();
}

/** In universal mode the picture follows the controls. */
function settingsChanged(): void {
  easel.complain(undefined);
  if (current?.quiet === true) again = true;
  const now = settings.read();
  const follows =
    last?.method === 'universal' &&
    now.method === 'universal' &&
    now.weights === last.weights &&
    now.backend === last.backend;
  if (follows && !isBusy()) paint({ quiet: true });
  else refresh();
}

async function onDone(reply: Extract<Reply, { kind: 'done' }>): Promise<void> {
  if (current === undefined) return;
  const { job, subject, quiet } = current;
  fetched.add(job.weights);
  // A change that was stopped halfway leaves the picture of before.
  const halfway = quiet && reply.stopped;
  if (!isStale(job) && !halfway && reply.picture !== undefined) easel.showPainted(reply.picture, subject);
  if (!reply.stopped) easel.progress(1);
  const verb = reply.stopped ? 'Stopped after' : quiet ? 'Repainted in' : 'Done in';
  const words = `${verb} ${duration(reply.seconds)}`;
  await ended(reply.stopped ? 'stopped' : 'done', reply.message === undefined ? words : `${words}. ${reply.message}`);
  if (again && !reply.stopped) settingsChanged();
}

function onStep(reply: Extract<Reply, { kind: 'step' }>): void {
  if (current === undefined || state === 'stopping') return;
  const { done, of, loss, level = 1, secondsLeft, picture } = reply;
  easel.progress(done / of);
  title.progress(done / of);
  if (loss !== undefined) curve.add(loss, level, of - done);
  const unit = current.job.method === 'gatys' ? 'step' : 'level';
  easel.say(current.quiet ? 'Repainting' : 'Painting', `${unit} ${done} of ${of}, ${timeLeft(secondsLeft)}`);
  // A repainting shows nothing half done, or the picture would flicker.
  if (picture !== undefined && !current.quiet && !isStale(current.job)) easel.showPainted(picture, current.subject);
}

function onReady(reply: Extract<Reply, { kind: 'ready' }>): void {
  weights = reply.weights;
  settings.offer(reply.backends, reply.weights);
  hasBackend = reply.backends.some(({ available }) => available);
  if (!hasBackend)
    fail('This browser has neither WebAssembly nor WebGL nor WebGPU, so it cannot paint. Try a newer one.');
  if (state === 'starting') {
    easel.say('Ready');
    setState('ready');
  } else refresh();
}

const shop = workshop({
  onReply(reply) {
    if ('tensors' in reply) document.body.dataset['tensors'] = String(reply.tensors);
    if ('encodes' in reply) document.body.dataset['encodes'] = String(reply.encodes);
    if (reply.kind === 'ready') onReady(reply);
    else if (reply.kind === 'phase') {
      easel.say(reply.text, reply.fraction === undefined ? '' : `${Math.round(100 * reply.fraction)} %`);
      if (current?.quiet === false) easel.progress(reply.fraction);
    } else if (reply.kind === 'step') onStep(reply);
    else if (reply.kind === 'done') void onDone(reply);
    else if (reply.broken) {
      shop.restart();
      failed(breakdown(reply.message));
    } else failed({ words: reply.message, ...(reply.details === undefined ? {} : { details: reply.details }) });
  },
  onCrash(message, restarted) {
    failed(restarted ? breakdown(message) : { words: 'The painter did not start. Reload the page.', details: message });
  },
});

settings.form.addEventListener('input', (event) => {
  // Files have their own way.
  if (event.target instanceof HTMLInputElement && event.target.type === 'file') return;
  settingsChanged();
});
settings.form.addEventListener('submit', (event) => event.preventDefault());
// A picture that misses its place must not replace the page.
for (const event of ['dragover', 'drop']) window.addEventListener(event, (e) => e.preventDefault());

refresh();
await slots.chooseSamples();
