import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { namesListed } from '../../../text/numbers.js';
import { fitShape, shapeMismatch } from '../../batches/fitShape.js';
import { arrayLabels } from '../../labels/labelsFile.js';
import { requireAsMany, withClasses } from '../../labels/withClasses.js';
import type { SampleStream } from '../../sample.js';
import type { DenseArray } from './denseArray.js';

const LABELS = 'labels';

/**
 * The arrays of a file as the inputs of their names; a single array feeds a single input, whatever their names. One
 * called `labels`, which is no input, holds the classes.
 *
 * @param arrays by name, each opened only when it is wanted.
 * @param remedy what to do where no array has an input's name.
 * @throws UserError where an input has no array, or one that does not fit.
 */
export async function assignArrays(
  arrays: ReadonlyMap<string, () => DenseArray | Promise<DenseArray>>,
  inputs: readonly ModelInput[],
  source: string,
  remedy: string,
): Promise<Map<string, SampleStream>> {
  const labels = inputs.some(({ name }) => name === LABELS) ? undefined : arrays.get(LABELS);
  const [single, ...others] = [...arrays.values()].filter((open) => open !== labels);
  if (!single) throw new UserError(`${source} holds no arrays: ${remedy}`);
  const alone = inputs.length === 1 && others.length === 0;
  const streams = new Map<string, SampleStream>();
  for (const input of inputs) {
    const open = arrays.get(input.name) ?? (alone ? single : undefined);
    if (!open) {
      const names = namesListed(inputs.map(({ name }) => name));
      throw new UserError(
        `${source} holds the arrays ${namesListed([...arrays.keys()])}, and none is named like input ${input.name} (to be fed: ${names}): ${remedy}`,
      );
    }
    const array = await open();
    if (!fitShape(array.dims, input)) {
      throw new UserError(`the samples of ${array.origin} do not fit: ${shapeMismatch(array.dims, input)}`);
    }
    streams.set(input.name, array);
  }
  return labels ? labelled(streams, await labels()) : streams;
}

async function labelled(
  streams: ReadonlyMap<string, SampleStream>,
  labels: DenseArray,
): Promise<Map<string, SampleStream>> {
  const classes = await arrayLabels(labels);
  return new Map(
    [...streams].map(([input, stream]) => {
      requireAsMany(classes, stream, labels.origin);
      return [input, withClasses(stream, classes)];
    }),
  );
}
