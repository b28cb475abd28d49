import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { UserError } from '../errors.js';
import { bytesPerElement, type ElementType } from '../onnx/elementType.js';

/** Of the machine or of the container that the process runs in, in bytes. */
export const availableMemory = (): number =>
  Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

/** The share of the memory that one tensor may take: others stand beside it, and ONNX Runtime's own. */
const MEMORY_SHARE = 0.25;

/**
 * Holds what a file or an option says about a size against the memory there is, before anything is allocated: memory
 * that is not there shows late, and as anything from an exception to the end of the process.
 *
 * @param what the tensor, as the beginning of a sentence: `a sample of 3×224×224 for input x`.
 * @param remedy what the user can do.
 * @throws UserError where it does not fit.
 */
export function requireFits(elements: number, type: ElementType, what: string, remedy: string): void {
  const bytes = elements * bytesPerElement(type);
  if (bytes <= Math.min(constants.MAX_LENGTH, MEMORY_SHARE * availableMemory())) return;
  const size = bytes < 1e15 ? `${Number((bytes / 2 ** 30).toPrecision(3))} GiB` : 'more than any machine has';
  throw new UserError(`${what} takes ${size}, which does not fit into memory: ${remedy}`);
}
