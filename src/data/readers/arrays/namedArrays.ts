import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { namesListed } from '../../../text/numbers.js';
import { fitShape, shapeMismatch } from '../../batches/fitShape.js';
import { arrayLabels } from '../../labels/labelsFile.js';
import { requireAsMany, withClasses } from '../../labels/withClasses.js';
import type { ImageOptions } from '../../options.js';
import type { OpenedStreams } from '../../reader.js';
import type { SampleStream } from '../../sample.js';
import { isFloating } from '../images/normalization.js';
import type { DenseArray } from './denseArray.js';
import { type ScaledArray, scaledArray } from './scaledArray.js';

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
  image?: ImageOptions,
): Promise<OpenedStreams> {
  const labels = inputs.some(({ name }) => name === LABELS) ? undefined : arrays.get(LABELS);
  const [single, ...others] = [...arrays.values()].filter((open) => open !== labels);
  if (!single) throw new UserError(`${source} holds no arrays: ${remedy}`);
  const alone = inputs.length === 1 && others.length === 0;
  const streams = new Map<string, SampleStream>();
  const scalings: ScaledArray[] = [];
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
    const scaled = scaledArray(array, input, isFloating(input.type) ? image : undefined);
    streams.set(input.name, scaled.array);
    scalings.push(scaled);
  }
  return {
    streams: labels ? await labelled(streams, await labels()) : streams,
    preprocessing: Object.assign({}, ...scalings.map(({ preprocessing }) => preprocessing)),
    notices: scalings.flatMap(({ notices }) => notices),
  };
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
