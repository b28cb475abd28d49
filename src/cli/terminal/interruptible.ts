import { StopRequest } from '../../errors.js';

/** What is needed of a process to hear Ctrl-C. */
export type SignalSource = Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'pid'>;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `npm start` and some shells pass on a signal that the process has had itself: within this, it is the same one. */
const SAME_PRESS_MS = 500;

/**
 * Does work that Ctrl-C or SIGTERM stops in good order, through an `AbortSignal`. A second Ctrl-C ends the process
 * on the spot.
 *
 * Once stopped it goes on listening after the work has ended: the same press arriving again must not end the process
 * before it has said how far it got.
 */
export async function interruptible<T>(
  host: SignalSource,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let first: number | undefined;
  const forget = () => {
    for (const name of SIGNALS) host.off(name, hear);
  };
  const hear = (name: NodeJS.Signals) => {
    if (first === undefined) {
      first = performance.now();
      controller.abort(new StopRequest(name === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'));
    } else if (performance.now() - first > SAME_PRESS_MS) {
      forget();
      host.kill(host.pid, 'SIGINT');
    }
  };
  for (const name of SIGNALS) host.on(name, hear);
  try {
    return await work(controller.signal);
  } finally {
    if (first === undefined) forget();
  }
}
