import type { Tensor } from 'onnxruntime-node';
import { requireFits } from '../data/requireFits.js';
import type { ShapeProbe } from '../instrument/shapeProbe.js';
import { allocate, type ElementType } from '../onnx/elementType.js';
import { openPlain } from './session/modelSession.js';
import { runError } from './session/ortErrors.js';

/** An input as it is fed to a dry run. */
export interface ProbeInput {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
}

/**
 * Runs a model once on zeros, on the CPU, and asks it for shapes: what shape inference by hand cannot tell (a Resize
 * that computes its size, a Reshape of a Shape) the runtime knows.
 *
 * @returns the shape of each value that was probed.
 * @throws UserError where the model does not load or refuses inputs of these shapes.
 */
export async function tensorShapes(
  probe: ShapeProbe,
  inputs: readonly ProbeInput[],
): Promise<Map<string, readonly number[]>> {
  const { Tensor: OrtTensor } = await import('onnxruntime-node');
  const tensors = inputs.map(({ name, type, dims }) => {
    const elements = dims.reduce((product, size) => product * size, 1);
    requireFits(elements, type, `input ${name} of ${dims.join('×')} values`, 'give a smaller --shape');
    return [name, { type, dims, data: allocate(type, elements) }] as const;
  });
  const session = await openPlain(probe);
  try {
    const feeds = tensors.map(([name, { type, dims, data }]) => [
      name,
      new OrtTensor(type as Tensor.Type, data as Tensor.DataType, dims),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    return new Map([...probe.outputs].map(([value, output]) => [value, sizesIn(outputs[output])]));
  } catch (error) {
    throw runError(error, Object.fromEntries(tensors));
  } finally {
    await session.release();
  }
}

function sizesIn(shape: Tensor | undefined): number[] {
  if (!(shape?.data instanceof BigInt64Array)) throw new TypeError('a probe gave no shape');
  return [...shape.data].map(Number);
}
