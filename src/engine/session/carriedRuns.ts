import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { CarriedSums } from '../../instrument/rewrittenModel.js';
import { allocate, type ElementType } from '../../onnx/elementType.js';

type Ort = typeof import('onnxruntime-node');
type Values = InferenceSession.OnnxValueMapType;

/** Runs a model batch by batch, each of which takes up the sums of those before: they come to the host once, at the end. */
export class CarriedRuns {
  readonly #ort: Ort;
  readonly #session: InferenceSession;
  readonly #reader: InferenceSession;
  readonly #carried: CarriedSums;

  constructor(ort: Ort, session: InferenceSession, reader: InferenceSession, carried: CarriedSums) {
    this.#ort = ort;
    this.#session = session;
    this.#reader = reader;
    this.#carried = carried;
  }

  /**
   * @param batches what is fed to each.
   * @returns the sums over all batches, in float64; of other outputs one batch after the other along a new first axis.
   */
  async run(batches: readonly Values[]): Promise<Values> {
    const { Tensor: OrtTensor } = this.#ort;
    const { first, values, added } = this.#carried;
    const others: Values[] = [];
    let before: readonly Tensor[] = [];
    try {
      for (const [i, inputs] of batches.entries()) {
        const taken = values.map(({ input, rank }, k) => [
          input,
          before[k] ?? new OrtTensor('float32', Float32Array.of(0), new Array(rank).fill(1)),
        ]);
        const outputs = await this.#session.run({
          ...inputs,
          [first]: new OrtTensor('bool', Uint8Array.of(i === 0 ? 1 : 0), []),
          ...Object.fromEntries(taken),
        });
        const next = values.map(({ output }) => outputs[output] as Tensor);
        release(before);
        before = next;
        for (const { output } of values) delete (outputs as Record<string, unknown>)[output];
        others.push(outputs);
      }
      const read = await this.#reader.run(
        Object.fromEntries(values.map(({ output }, k) => [output, before[k]])),
      );
      const sums = values.map(({ output, input }) => [output, inFloat64(this.#ort, read[input])]);
      return { ...joined(this.#ort, others, new Set(added)), ...Object.fromEntries(sums) };
    } finally {
      release(before);
    }
  }

  async release(): Promise<void> {
    await this.#reader.release();
  }
}

/** What lies on a device stays there until it is given back. */
function release(tensors: readonly Tensor[]): void {
  for (const tensor of tensors) if (tensor.location === 'gpu-buffer') tensor.dispose();
}

function inFloat64({ Tensor: OrtTensor }: Ort, { data, dims }: Values[string]): Tensor {
  return new OrtTensor('float64', Float64Array.from(data as Float32Array), dims);
}

function joined(ort: Ort, outputs: readonly Values[], added: ReadonlySet<string>): Values {
  const [first] = outputs;
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const tensors = outputs.map((each) => each[name]);
      return [name, added.has(name) ? total(ort, tensors) : stacked(ort, tensors)];
    }),
  );
}

function total({ Tensor: OrtTensor }: Ort, tensors: readonly Values[string][]): Tensor {
  const [{ type, dims }] = tensors;
  const parts = tensors.map(({ data }) => data);
  if (parts.every((data) => data instanceof BigInt64Array)) {
    const sum = parts[0].map((_, i) => parts.reduce((sofar, values) => sofar + values[i], 0n));
    return new OrtTensor('int64', sum, dims);
  }
  if (parts.every((data) => data instanceof Float64Array)) {
    const sum = parts[0].map((_, i) => parts.reduce((sofar, values) => sofar + values[i], 0));
    return new OrtTensor('float64', sum, dims);
  }
  throw new TypeError(`sums are not ${type}`);
}

function stacked({ Tensor: OrtTensor }: Ort, tensors: readonly Values[string][]): Tensor {
  const [{ type, dims, size }] = tensors;
  const all = allocate(type as ElementType, tensors.length * size);
  for (const [i, { data }] of tensors.entries()) (all as Float32Array).set(data as Float32Array, i * size);
  return new OrtTensor(type as Tensor.Type, all as Tensor.DataType, [tensors.length, ...dims]);
}
