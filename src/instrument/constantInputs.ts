import { UserError } from '../errors.js';
import { layerGlob } from '../layers/layerGlob.js';
import { type ModelFile, opsetOf } from '../onnx/modelFile.js';
import { type ModelInput, modelInputs } from '../onnx/modelInput.js';
import { namesIn } from '../onnx/namesIn.js';
import { namesListed } from '../text/numbers.js';
import { computesInFloat64 } from './computesInFloat64.js';
import type { FedBackInput } from './fedBack.js';
import { NodeBuilder } from './nodeBuilder.js';
import { type Around, type AxisSize, axisSizes, type Shapes, shapeGiven, shapesLeft } from './openAxes.js';

/** The first opset with Expand. */
const EXPAND_OPSET = 8;

/** A model, and the shapes that are about inputs which still have to be fed. */
export interface WithConstants {
  readonly model: ModelFile;
  readonly shapes: Shapes;
}

/**
 * A model in which some inputs hold one number everywhere (an initial state of zeros, a sample rate), so that nobody has to
 * feed them. Sizes that the model leaves open are those of `axisSizes`.
 *
 * @param constants by input, or by a glob on their names.
 * @param fedBack inputs that are fed from outputs, not by samples.
 * @throws UserError where there is no such input, it holds no numbers, or its shape is not known.
 */
export function withConstantInputs(
  model: ModelFile,
  constants: Readonly<Record<string, number>>,
  shapes: Shapes = {},
  fedBack: readonly Pick<FedBackInput, 'input'>[] = [],
): WithConstants {
  if (Object.keys(constants).length === 0) return { model, shapes };
  const inputs = modelInputs(model.graph);
  const values = valuesOf(constants, inputs);
  const isFedBack = ({ name }: ModelInput) => fedBack.some(({ input }) => input === name);
  const fed = inputs.filter((input) => !values.has(input.name) && !isFedBack(input));
  const others = inputs.filter(isFedBack);
  const twice = others.find(({ name }) => values.has(name));
  if (twice) {
    throw new UserError(`--input and --state both say what input ${twice.name} holds: leave one of them out`);
  }
  if (fed.length === 0) {
    throw new UserError('--input gives every input of the model a constant: one has to be fed with --data');
  }
  const opset = opsetOf(model.proto);
  if (opset < EXPAND_OPSET) {
    throw new UserError(
      `--input takes a model of opset ${EXPAND_OPSET} or newer, this one has opset ${opset}: convert it`,
    );
  }
  const real = computesInFloat64(model.graph) ? 'float64' : 'float32';
  const build = new NodeBuilder(opset, namesIn(model.graph), real);
  for (const [name, number] of values) {
    const input = inputs.find((each) => each.name === name);
    if (input) addConstant(build, input, number, { fed, others, given: shapeGiven(shapes, name) });
  }
  const graph = {
    ...model.graph,
    node: [...build.nodes, ...model.graph.node],
    input: model.graph.input.filter(({ name }) => !values.has(name)),
  };
  const left = shapesLeft(shapes, inputs, new Set(values.keys()));
  return { model: { ...model, graph, proto: { ...model.proto, graph } }, shapes: left };
}

function valuesOf(
  constants: Readonly<Record<string, number>>,
  inputs: readonly ModelInput[],
): Map<string, number> {
  const values = new Map<string, number>();
  for (const [wanted, number] of Object.entries(constants)) {
    const exact = inputs.filter(({ name }) => name === wanted);
    const matches = layerGlob(wanted);
    const hits = exact.length > 0 ? exact : inputs.filter(({ name }) => matches(name));
    if (hits.length === 0) {
      throw new UserError(
        `--input ${wanted}: the model has no such input (its inputs: ${namesListed(inputs.map(({ name }) => name))})`,
      );
    }
    for (const { name, type } of hits) {
      if (type === 'string' || type.startsWith('complex')) {
        throw new UserError(`--input ${name}: it is of type ${type}, which no number fills`);
      }
      const isWhole = Number.isSafeInteger(number) || type.startsWith('float') || type === 'bfloat16';
      if (!Number.isFinite(number) || !isWhole) {
        throw new UserError(
          `--input ${name}=${number}: the input is of type ${type}, give it a number of that type`,
        );
      }
      values.set(name, number);
    }
  }
  return values;
}

/** Adds the nodes that make the input. */
function addConstant(build: NodeBuilder, input: ModelInput, number: number, around: Around): void {
  const { name, type } = input;
  const sizes = axisSizes('--input', input, around).map((size) => sizeNode(build, size));
  const isReal = type.startsWith('float') || type === 'bfloat16';
  const filling = build.cast(build.constant(isReal ? 'float64' : 'int64', number), type);
  if (sizes.length === 0) build.add('Identity', [filling], {}, name);
  else
    build.add(
      'Expand',
      [filling, sizes.length === 1 ? sizes[0] : build.add('Concat', sizes, { axis: 0 })],
      {},
      name,
    );
}

/** An int64 vector of one number. */
function sizeNode(build: NodeBuilder, size: AxisSize): string {
  const terms = size.map((term) =>
    typeof term === 'number'
      ? build.constant('int64', [term])
      : build.dimensions(term.input, term.axis, term.axis + 1),
  );
  return terms.reduce((sum, term) => build.add('Add', [sum, term]));
}
