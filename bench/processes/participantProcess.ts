// A process that does one task at a time as it is told, line by line (see participant.ts): NAME THREADS. Not for people.
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { enableWasmThreads } from '../../src/node/index.js';
import { tasks } from '../tasks/index.js';
import type { Task, Who } from '../types.js';

const name = process.argv[2] as Who['name'];
const threads = Number(process.argv[3]);
if (threads > 1) await enableWasmThreads({ threads });
else await tf.setBackend('wasm');
await tf.ready();

interface Request {
  readonly begin?: keyof typeof tasks;
  readonly options?: unknown;
  readonly end?: boolean;
}

let task: Task | undefined;
async function answer({ begin, options, end }: Request): Promise<unknown> {
  if (begin !== undefined) {
    task = await tasks[begin](name, options as never);
    return task.facts;
  }
  if (end === true) {
    task?.end();
    task = undefined;
    return {};
  }
  return task!.run();
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply: unknown;
  try {
    reply = await answer(JSON.parse(line) as Request);
  } catch (error) {
    reply = { error: (error as Error).message };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
