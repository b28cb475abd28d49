import { UserError } from '../../errors.js';

/** Memory ran out, on the host or on the device, in a batch that the model could not run on: nothing came out of it. */
export class OutOfMemoryError extends UserError {
  override name = 'OutOfMemoryError';
}
