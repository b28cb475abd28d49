import { UserError } from '../errors.js';
import type { ElementType } from '../onnx/elementType.js';
import { tensorInfo } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { type ModelInput, modelInputs } from '../onnx/modelInput.js';
import { namesListed } from '../text/numbers.js';
import { type AxisSize, axisSizes, type Shapes, shapeGiven, shapesLeft } from './openAxes.js';

/** An input that is fed from an output of the run before: a recurrent state, or the keys and values of a decoder. */
export interface FedBackInput {
  readonly input: string;
  readonly output: string;
  readonly type: ElementType;
  /** Its shape where a sequence begins, and it is zero. */
  readonly sizes: readonly AxisSize[];
}

/**
 * The inputs that outputs feed.
 *
 * @param state outputs by input, as in `{ h: 'hn' }`, or by a glob: `{ 'past_key_values.*': 'present.*' }`.
 * @returns them and the shapes that are about other inputs.
 * @throws UserError where there is no such input or output, they do not fit each other, or their shape is not known.
 */
export function fedBackInputs(
  model: Pick<ModelFile, 'graph'>,
  state: Readonly<Record<string, string>>,
  shapes: Shapes = {},
): { fedBack: readonly FedBackInput[]; shapes: Shapes } {
  const pairs = Object.entries(state);
  if (pairs.length === 0) return { fedBack: [], shapes };
  const inputs = modelInputs(model.graph);
  const outputs = new Map<string, string>();
  for (const [input, output] of pairs) {
    for (const pair of pairsOf(input, output, model, inputs)) outputs.set(...pair);
  }
  const fed = inputs.filter(({ name }) => !outputs.has(name));
  if (fed.length === 0) {
    throw new UserError(
      '--state feeds every input of the model from an output: one has to be fed with --data',
    );
  }
  const fedBack = inputs.flatMap((input): FedBackInput[] => {
    const output = outputs.get(input.name);
    if (output === undefined) return [];
    requireAlike(model, input, output);
    const sizes = axisSizes('--state', input, { fed, given: shapeGiven(shapes, input.name) });
    return [{ input: input.name, output, type: input.type, sizes }];
  });
  return { fedBack, shapes: shapesLeft(shapes, inputs, new Set(outputs.keys())) };
}

/** The inputs that a name or glob is about, each with its output: what a star stands for is the same in both. */
function pairsOf(
  wanted: string,
  output: string,
  { graph }: Pick<ModelFile, 'graph'>,
  inputs: readonly ModelInput[],
): [string, string][] {
  const named = inputs.some(({ name }) => name === wanted);
  const stars = (text: string) => text.split('*').length - 1;
  if (!named && stars(wanted) !== stars(output)) {
    throw new UserError(
      `--state ${wanted}=${output}: give as many * on both sides, as in past_key_values.*=present.*`,
    );
  }
  const pattern = new RegExp(
    `^${wanted
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('(.*)')}$`,
    's',
  );
  const hits = inputs.flatMap(({ name }): [string, string][] => {
    if (named) return name === wanted ? [[name, output]] : [];
    const [, ...parts] = pattern.exec(name) ?? [undefined];
    return pattern.test(name) ? [[name, output.replace(/\*/g, () => parts.shift() ?? '')]] : [];
  });
  if (hits.length === 0) {
    throw new UserError(
      `--state ${wanted}=${output}: the model has no such input (its inputs: ${namesListed(inputs.map(({ name }) => name))})`,
    );
  }
  for (const [input, from] of hits) {
    if (graph.output.some(({ name }) => name === from)) continue;
    throw new UserError(
      `--state ${input}=${from}: the model has no such output (its outputs: ${namesListed(graph.output.map(({ name }) => name))})`,
    );
  }
  return hits;
}

/** @throws UserError where what the model says of both contradicts. */
function requireAlike({ graph }: Pick<ModelFile, 'graph'>, input: ModelInput, output: string): void {
  const { name, type, shape } = input;
  if (type === 'string' || type.startsWith('complex')) {
    throw new UserError(`--state ${name}: it is of type ${type}, which does not begin with zeros`);
  }
  const made = tensorInfo(graph.output.find((each) => each.name === output)?.type);
  if (made.type !== undefined && made.type !== type) {
    throw new UserError(
      `--state ${name}=${output}: the output is of type ${made.type} and the input of ${type}: name the output that goes with it`,
    );
  }
  const other = made.shape;
  if (!shape || !other) return;
  const differs = (size: unknown, axis: number) =>
    typeof size === 'number' && size >= 0 && typeof other[axis] === 'number' && other[axis] >= 0
      ? other[axis] !== size
      : false;
  if (shape.length === other.length && !shape.some(differs)) return;
  const shown = (sizes: readonly unknown[]) => `[${sizes.map((size) => size ?? '?').join(', ')}]`;
  throw new UserError(
    `--state ${name}=${output}: the output has the shape ${shown(other)} and the input ${shown(shape)}: name the output that goes with it`,
  );
}
