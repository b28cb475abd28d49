import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors.js';
import type { Collector } from '../collect/collector.js';
import { CoordinateCollector } from '../collect/coordinateCollector.js';
import { MomentCollector } from '../collect/momentCollector.js';
import { type Stack, type Step, StepDown } from '../feeds/stepDown.js';
import { ownBuffers } from '../feeds/transferable.js';
import { ModelSession } from '../session/modelSession.js';
import type { FoundBy, FromWorker, Task, ToWorker, WorkerStart } from './messages.js';

type Found = FoundBy[Task['kind']];

/*
 * The thread that ONNX Runtime computes in: `session.run()` blocks the thread that calls it.
 * It ends by itself, by closing its port. Terminating it from outside while it is inside a native call makes
 * ONNX Runtime's binding abort the whole process.
 */
async function work(port: MessagePort, { task, model, options, stop, restore }: WorkerStart): Promise<void> {
  const say = (message: FromWorker<Found>, transfer: ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);
  const stopped = () => Atomics.load(stop, 0) === 1;
  const hurries = () => Atomics.load(stop, 0) === 2;
  const session = await ModelSession.open(model, options);
  try {
    const collector = collectorFor(task, session, options.fixedBatch);
    if (restore) await collector.restore(restore);
    const runner = { add: (stack: Stack) => collector.add(stack), completed: () => session.completed };
    const { provider, notice, accumulates } = session;
    const onStep = (step: Step) => say({ kind: 'steppedDown', step });
    const careful = new StepDown(runner, onStep, options.mayCut, accumulates, options.share);
    say({ kind: 'opened', provider, notice, accumulates });
    for await (const message of messages(port)) {
      if (stopped()) return;
      if (message.kind === 'end') break;
      if (message.kind === 'save') {
        say({ kind: 'saved', state: await collector.save(message.file) });
        continue;
      }
      if (message.kind === 'look') {
        // Not transferred: the moments go on growing here.
        const { layers } = await collector.result();
        say({ kind: 'seen', layers });
        continue;
      }
      if (hurries()) {
        say({ kind: 'passedOver' });
        continue;
      }
      const started = performance.now();
      const { feed, batch, number } = message;
      await careful.run(feed, batch, number);
      const seconds = (performance.now() - started) / 1000;
      const { samples } = feed;
      const batches = Math.ceil(samples / batch);
      const buffers = ownBuffers(feed);
      say({ kind: 'ran', samples, batches, seconds, memory: process.memoryUsage.rss(), buffers }, buffers);
    }
    if (stopped()) return;
    const { buffers, ...found } = await collector.result();
    say(
      { kind: 'found', ...found },
      buffers.filter((buffer) => buffer instanceof ArrayBuffer),
    );
  } finally {
    await session.release();
  }
}

function collectorFor(task: Task, session: ModelSession, fixedBatch: number | undefined): Collector<Found> {
  switch (task.kind) {
    case 'moments':
      return new MomentCollector(session, task, fixedBatch);
    case 'coordinates':
      return new CoordinateCollector(session, task.outputs, task.samples, fixedBatch);
  }
}

/** The messages of a port, in order, for as long as someone asks for the next. */
async function* messages(port: MessagePort): AsyncGenerator<ToWorker> {
  const waiting: ToWorker[] = [];
  let wake = () => {};
  port.on('message', (message: ToWorker) => {
    waiting.push(message);
    wake();
  });
  for (;;) {
    const next = waiting.shift();
    if (next) yield next;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

if (parentPort) {
  const port = parentPort;
  try {
    await work(port, workerData);
  } catch (error) {
    const failed: FromWorker<never> = {
      kind: 'failed',
      userError: error instanceof UserError,
      message: messageOf(error),
      ...(error instanceof Error && error.stack ? { stack: error.stack } : {}),
    };
    port.postMessage(failed);
  } finally {
    port.close();
  }
}
