import type { InferenceSession } from 'onnxruntime-node';
import type { Feed, TensorData } from '../../data/feed.js';
import { UserError } from '../../errors.js';
import type { FedBackInput } from '../../instrument/fedBack.js';
import { allocate, type NumericArray } from '../../onnx/elementType.js';

/** By input, what a run hands to the next one. */
export type FedBackState = Readonly<Record<string, TensorData>>;

/**
 * What a model remembers from one sample to the next: outputs of a run are inputs of the one behind it. Where a sequence
 * begins, they are zero.
 */
export class Recurrence {
  readonly #inputs: readonly FedBackInput[];
  /** Absent: nothing is remembered. */
  #state: FedBackState | undefined;

  constructor(inputs: readonly FedBackInput[]) {
    this.#inputs = inputs;
  }

  /** Outputs that are read. */
  get outputs(): readonly string[] {
    return this.#inputs.map(({ output }) => output);
  }

  /** What is remembered, to go on from later. */
  get state(): FedBackState | undefined {
    return this.#state;
  }

  set state(state: FedBackState | undefined) {
    this.#state = state;
  }

  /** A sample with what is remembered of those before it in its sequence. */
  fed(feed: Feed): Feed {
    if (this.#inputs.length === 0) return feed;
    if (feed.samples !== 1) throw new Error('samples of a sequence go in one by one');
    const isFirst = this.#state === undefined || feed.begins?.[0] === true;
    const state = isFirst ? this.#zeros(feed) : this.#state;
    return {
      ...feed,
      tensors: Object.fromEntries([...Object.entries(feed.tensors), ...Object.entries(state ?? {})]),
    };
  }

  /** @throws UserError where the model gave no such output. */
  remember(outputs: InferenceSession.ReturnType): void {
    if (this.#inputs.length === 0) return;
    this.#state = Object.fromEntries(
      this.#inputs.map(({ input, output, type }): [string, TensorData] => {
        const made = outputs[output];
        if (made?.type !== type) {
          throw new UserError(
            `--state ${input}=${output}: the output is of type ${made?.type ?? 'none'} and the input of ${type}: name the output that goes with it`,
          );
        }
        return [input, { type, dims: made.dims, data: made.data as NumericArray }];
      }),
    );
  }

  #zeros({ tensors }: Feed): FedBackState {
    return Object.fromEntries(
      this.#inputs.map(({ input, type, sizes }): [string, TensorData] => {
        const dims = sizes.map((terms) =>
          terms.reduce<number>(
            (sum, term) =>
              sum + (typeof term === 'number' ? term : (tensors[term.input]?.dims[term.axis] ?? 1)),
            0,
          ),
        );
        const elements = dims.reduce((product, size) => product * size, 1);
        return [input, { type, dims, data: allocate(type, elements) }];
      }),
    );
  }
}
