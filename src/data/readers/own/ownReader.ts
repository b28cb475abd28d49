import { basename } from 'node:path';
import { messageOf, UserError } from '../../../errors.js';
import { ownModule } from '../../../files/ownModule.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { isRecord } from '../../../shape/jsonShape.js';
import type { Reader } from '../../reader.js';
import { isFailed, type ReadSample, type SampleStream } from '../../sample.js';
import { isWanted, type Selection } from '../../selection.js';
import { givenValue } from './givenValue.js';
import { SharedPass } from './sharedPass.js';

/** A sample as a reader of one's own gives it. */
export interface OwnSample {
  /** By the model's inputs; a typed array without `dims` takes the shape of its input. */
  readonly inputs: Readonly<Record<string, OwnValue>>;
  /** The class, by name or by its position in the model's output. */
  readonly label?: string | number;
  /** Where it comes from, for messages. */
  readonly origin?: string;
}

/** Numbers, and the shape of one sample, without a batch axis. */
export type OwnValue =
  | ArrayLike<number>
  | BigInt64Array
  | BigUint64Array
  | { readonly data: ArrayLike<number> | BigInt64Array | BigUint64Array; readonly dims: readonly number[] };

/**
 * The default export of a module for `--reader ./my-reader.mjs`: an async generator of samples. It is called once when
 * the data is opened, for its first sample, and once for every pass, and has to give the same samples each time.
 */
export type OwnSampleReader = (
  source: string,
  context: { readonly inputs: readonly ModelInput[] },
) => AsyncIterable<OwnSample> | Iterable<OwnSample>;

/**
 * A reader out of the user's module.
 *
 * @throws UserError where it cannot be loaded or exports no function.
 */
export async function ownReader(path: string): Promise<Reader> {
  const { run: read } = await ownModule(
    path,
    'the reader',
    'export default async function* (source, { inputs }) { … }',
  );
  const name = basename(path);
  return {
    name,
    takes: `what ${name} reads`,
    detect: () => false,
    async open(source, inputs) {
      const samples = () => samplesOf(path, read, source, inputs);
      const first = await firstOf(samples());
      if (!first) throw new UserError(`the reader ${path} gives no samples of ${source}`);
      const labelled = first.some((value) => 'label' in value && value.label !== undefined);
      const passes = new WeakMap<Selection, SharedPass>();
      const counted = { size: undefined as number | undefined };
      const streams = inputs.map(({ name: input }, k): [string, SampleStream] => [
        input,
        {
          origin: source,
          shapeless: true,
          labelled,
          get size() {
            return counted.size;
          },
          async *read(selection) {
            // All inputs of a pass come out of one run of the generator.
            const pass = passes.get(selection) ?? new SharedPass(samples(), inputs.length);
            passes.set(selection, pass);
            let index = 0;
            try {
              for await (const value of pass.column(k)) if (isWanted(selection, index++)) yield [value];
            } finally {
              await pass.close();
            }
            counted.size = index;
          },
        },
      ]);
      return { streams: new Map(streams) };
    },
  };
}

async function firstOf(
  samples: AsyncIterable<readonly ReadSample[]>,
): Promise<readonly ReadSample[] | undefined> {
  for await (const sample of samples) return sample;
  return undefined;
}

/** The samples as values in the order of the inputs; one that is wrong has failed in all. */
async function* samplesOf(
  path: string,
  read: (...args: unknown[]) => unknown,
  source: string,
  inputs: readonly ModelInput[],
): AsyncGenerator<readonly ReadSample[]> {
  let index = 0;
  try {
    const samples = read(source, { inputs });
    if (!isIterable(samples))
      throw new Error('it returns nothing that can be iterated: make it an async generator');
    for await (const sample of samples) {
      const values = valuesOf(sample, `${source}, sample ${index}`, inputs);
      index++;
      yield values;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`the reader ${path} failed at sample ${index} of ${source}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const isIterable = (value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> =>
  typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);

function valuesOf(sample: unknown, place: string, inputs: readonly ModelInput[]): ReadSample[] {
  const failed = (reason: string) => inputs.map(() => ({ origin: place, reason }));
  if (!isRecord(sample) || !isRecord(sample.inputs)) {
    return failed('the reader gave no { inputs: { <input>: values } }: see docs/own-reader.md');
  }
  const { inputs: given, label, origin } = sample;
  const about = {
    origin: typeof origin === 'string' ? origin : place,
    ...(typeof label === 'string' || typeof label === 'number' ? { label: String(label) } : {}),
  };
  const values: ReadSample[] = [];
  for (const input of inputs) {
    const value = givenValue(Object.hasOwn(given, input.name) ? given[input.name] : undefined, input);
    if (typeof value === 'string') return failed(value);
    values.push({ ...value, ...about });
  }
  return values.every((value) => !isFailed(value)) ? values : failed('it holds no values');
}
