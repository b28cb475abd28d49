import { MultiBar, type SingleBar } from 'cli-progress';
import { progressBar, progressSentence, type ShownProgress } from './progressText.js';

/** Shows how far an analysis is. */
export interface ProgressDisplay {
  readonly update: (progress: ShownProgress) => void;
  /** A remark, on a line of its own. */
  readonly notice: (text: string) => void;
  readonly end: () => void;
}

/** Milliseconds between two lines where nothing can be drawn over. */
const LINE_INTERVAL = 5000;
/** Drawings of the bar a second; more often nobody sees. */
const DRAWINGS = 10;
const DEFAULT_WIDTH = 80;

/**
 * A bar on a terminal, a plain line every few seconds elsewhere.
 *
 * @param now milliseconds of a clock that never goes back.
 */
export function progressDisplay(
  stderr: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  return stderr.isTTY && env.TERM !== 'dumb' ? bar(stderr) : lines(stderr, now);
}

function bar(stream: NodeJS.WriteStream): ProgressDisplay {
  // A bar of several, though there is but one: only those let a remark pass above them.
  const bars = new MultiBar({
    // A full line would wrap on some terminals.
    format: (_options, _params, { progress }: { progress: ShownProgress }) =>
      progressBar(progress, (stream.columns || DEFAULT_WIDTH) - 1),
    stream,
    fps: DRAWINGS,
    // A second Ctrl-C ends the process on the spot: nobody would show the cursor again.
    hideCursor: false,
    clearOnComplete: true,
    // The bar has to come back below a remark, also where nothing has moved since.
    forceRedraw: true,
    // The program hears Ctrl-C itself.
    gracefulExit: false,
  });
  let shown: SingleBar | undefined;
  return {
    update(progress) {
      // Of several models, each may turn out to have other samples than the one before.
      if (shown && progress.total !== undefined) shown.setTotal(progress.total);
      if (shown) shown.update(progress.samples, { progress });
      else shown = bars.create(progress.total ?? progress.samples, progress.samples, { progress });
    },
    notice(text) {
      if (shown) bars.log(`${text}\n`);
      else stream.write(`${text}\n`);
    },
    end() {
      if (shown) bars.stop();
      shown = undefined;
    },
  };
}

function lines(stream: NodeJS.WriteStream, now: () => number): ProgressDisplay {
  let last = now();
  return {
    update(progress) {
      if (now() - last < LINE_INTERVAL) return;
      last = now();
      stream.write(`${progressSentence(progress)}\n`);
    },
    notice: (text) => stream.write(`${text}\n`),
    end: () => {},
  };
}
