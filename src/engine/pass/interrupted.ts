import { stillComputing } from './inferenceWorker.js';

/**
 * Ends the process with the status of the signal that stopped it (Ctrl-C: 130, SIGTERM: 143), now, also while ONNX Runtime is inside a batch of a minute.
 *
 * Nothing else does: `process.exit()` and `worker.terminate()` wait for the native call and then abort (status
 * 134), and the binding takes no request to end a run. So where a worker is still at work the process gives
 * itself the signal it was sent, as POSIX has it for programs that catch one; a shell sees the same status either way.
 * On Windows, where signals carry no status, the exit waits for the batch.
 */
export function exitInterrupted(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): void {
  if (stillComputing() && process.platform !== 'win32') {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exit(signal === 'SIGTERM' ? 143 : 130);
  }
}
