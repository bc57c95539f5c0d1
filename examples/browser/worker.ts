import * as tf from '@tensorflow/tfjs-core';
import { StyleError } from 'pastiche';
import { BackendError, findBackends, startBackend } from './engine/backends.js';
import { deviceIsLost, onDeviceLoss } from './engine/deviceLoss.js';
import { gatysPainter } from './engine/gatys.js';
import { slimWeights } from './engine/networks.js';
import type { Outcome, RunWatch } from './engine/painter.js';
import { universalPainter } from './engine/universal.js';
import { weightsReports } from './engine/weightsReports.js';
import type { BackendName, Job, Reply, Request } from './protocol.js';

/* Everything that computes runs here, so that the page never waits. One job at a time; the page sees to that. */

function send(reply: Reply): void {
  const pixels = 'picture' in reply ? reply.picture : undefined;
  self.postMessage(reply, { transfer: pixels ? [pixels.data.buffer] : [] });
}

const onPhase = (text: string, fraction?: number): void =>
  send({ kind: 'phase', text, ...(fraction === undefined ? {} : { fraction }) });

const painters = { universal: universalPainter(), gatys: gatysPainter() };
let backend: BackendName | undefined;
let running: AbortController | undefined;

const lossOf = (name: BackendName): string => `${name}: device lost`;

/** Frees what the other method and the other backend hold, and starts what the job needs. */
async function prepare(job: Job): Promise<void> {
  painters[job.method === 'gatys' ? 'universal' : 'gatys'].dispose();
  if (backend === job.backend) return;
  painters[job.method].dispose();
  onPhase(`Starting ${job.backend}`);
  await startBackend(job.backend);
  backend = job.backend;
  onDeviceLoss(() => {
    // Not of a backend that was left on purpose.
    if (backend === job.backend)
      send({ kind: 'failed', message: lossOf(job.backend), broken: true, tensors: tf.memory().numTensors });
  });
}

function paint(job: Job, watch: RunWatch): Promise<Outcome> {
  return job.method === 'gatys' ? painters.gatys.paint(job, watch) : painters.universal.paint(job, watch);
}

async function run(job: Job): Promise<void> {
  const controller = new AbortController();
  running = controller;
  const begun = performance.now();
  try {
    await prepare(job);
    const outcome = await paint(job, {
      signal: controller.signal,
      onPhase,
      onStep: (step) => send({ kind: 'step', ...step }),
    });
    const seconds = (performance.now() - begun) / 1000;
    send({ kind: 'done', ...outcome, seconds, tensors: tf.memory().numTensors });
  } catch (error) {
    const lost = await deviceIsLost();
    // What our own checks report leaves everything in order; anything else may be a full heap.
    const broken = lost || !(error instanceof StyleError || error instanceof BackendError);
    const message = lost ? lossOf(job.backend) : error instanceof Error ? error.message : String(error);
    const cause = error instanceof Error && error.cause instanceof Error ? { details: error.cause.message } : {};
    send({ kind: 'failed', message, ...cause, broken, tensors: tf.memory().numTensors });
  } finally {
    running = undefined;
  }
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'stop') running?.abort();
  else void run(data.job);
};

// A promise that nobody waits for must not fail in silence: as an error it reaches the page.
self.onunhandledrejection = ({ reason }) => {
  reportError(reason);
};

// A lock by this worker's name, for as long as it lives: see ui/workshop.ts. Held before the page hears of the worker.
if ('locks' in navigator)
  await new Promise<void>((held) => {
    void navigator.locks.request(self.name, () => {
      held();
      return new Promise(() => undefined);
    });
  });

const backends = await findBackends();
send({ kind: 'ready', backends, weights: weightsReports() });
// Ahead of time; whoever needs them hears of a failure.
void slimWeights().catch(() => undefined);
