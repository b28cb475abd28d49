import { UserError } from '../../errors.js';
import { allocate, type ElementType } from '../../onnx/elementType.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import { describeShape } from '../batches/fitShape.js';
import type { Reader } from '../reader.js';
import { requireFits } from '../requireFits.js';
import type { Sample, SampleStream } from '../sample.js';
import { type GivenShapes, leavesOpen, sampleDims, shapeExample } from '../sampleDims.js';
import { wantedRuns } from '../selection.js';
import { mixSeeds, normalNumbers, uniformNumbers } from './randomNumbers.js';

const PREFIX = 'random:';
const CHUNK_ELEMENTS = 2 ** 18;

/**
 * `random:<n>`: n generated samples for smoke tests, the same for the same seed. Floating inputs get standard
 * normal values, integer inputs 0 … 9, bool inputs 0 or 1.
 */
export const random: Reader = {
  name: 'random',
  takes: 'random:<n> for n generated samples',
  options: ['seed', 'shapes'],
  detect: ({ source }) => source.startsWith(PREFIX),
  async open(source, inputs, { seed = 0, shapes = {} }) {
    const count = source.startsWith(PREFIX) ? source.slice(PREFIX.length) : source;
    const size = /^\d+$/.test(count) ? Number(count) : 0;
    if (size < 1 || !Number.isSafeInteger(size)) {
      throw new UserError(`${source} names no number of samples: write random:<n>, for instance random:64`);
    }
    const streams = new Map<string, SampleStream>();
    for (const [k, input] of inputs.entries()) {
      const dims = shapeFor(input, shapes);
      requireFits(
        elementsOf(dims),
        input.type,
        `a sample of ${describeShape(dims)} for input ${input.name}`,
        'give a smaller --shape',
      );
      streams.set(input.name, randomStream(source, size, dims, input.type, mixSeeds(seed, k)));
    }
    return { streams, preprocessing: { seed } };
  },
};

const elementsOf = (dims: readonly number[]): number => dims.reduce((product, length) => product * length, 1);

function shapeFor(input: ModelInput, shapes: GivenShapes): readonly number[] {
  const dims = sampleDims(input, shapes);
  if (dims) return dims;
  throw new UserError(`${leavesOpen(input)}: say which to make, for instance ${shapeExample(input)}`);
}

function randomStream(
  origin: string,
  size: number,
  dims: readonly number[],
  type: ElementType,
  seed: number,
): SampleStream {
  const elements = elementsOf(dims);
  const rows = Math.max(1, Math.floor(CHUNK_ELEMENTS / Math.max(1, elements)));
  return {
    origin,
    size,
    async *read(selection) {
      for (const [start, end] of wantedRuns(selection, size)) {
        for (let first = start; first < end; first += rows) {
          const chunk: Sample[] = [];
          for (let i = first; i < Math.min(first + rows, end); i++) {
            chunk.push({
              ...drawn(type, elements, mixSeeds(seed, i)),
              dims,
              origin: `${origin}, sample ${i}`,
            });
          }
          yield chunk;
        }
      }
    },
  };
}

/** A generator for each sample makes it the same whatever else is read. */
function drawn(type: ElementType, elements: number, seed: number): Pick<Sample, 'type' | 'data'> {
  const uniform = uniformNumbers(seed);
  if (type.startsWith('float') || type === 'bfloat16') {
    const normal = normalNumbers(uniform);
    const data = type === 'float64' ? new Float64Array(elements) : new Float32Array(elements);
    for (let i = 0; i < elements; i++) data[i] = normal();
    return { type: type === 'float64' ? 'float64' : 'float32', data };
  }
  const values = type === 'bool' ? 2 : 10;
  const data = allocate('uint8', elements);
  for (let i = 0; i < elements; i++) data[i] = Math.floor(uniform() * values);
  return { type: 'uint8', data };
}
