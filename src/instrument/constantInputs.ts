import { UserError } from '../errors.js';
import { layerGlob } from '../layers/layerGlob.js';
import { type ModelFile, opsetOf } from '../onnx/modelFile.js';
import { type ModelInput, modelInputs } from '../onnx/modelInput.js';
import { namesIn } from '../onnx/namesIn.js';
import { namesListed } from '../text/numbers.js';
import { computesInFloat64 } from './computesInFloat64.js';
import { NodeBuilder } from './nodeBuilder.js';

/** The first opset with Expand. */
const EXPAND_OPSET = 8;

/** Sizes of axes that a model leaves open, without the batch axis, by input. */
type Shapes = Readonly<Record<string, readonly number[]>>;

/** A model, and the shapes that are about inputs which still have to be fed. */
export interface WithConstants {
  readonly model: ModelFile;
  readonly shapes: Shapes;
}

/**
 * A model in which some inputs hold one number everywhere (an initial state of zeros, a sample rate), so that nobody has to
 * feed them.
 *
 * Of an axis that the model leaves open the size is that of an axis of the same name of another input; of the first one
 * otherwise that of the batch; then what `shapes` says; and an axis called after the past (the keys and values that a decoder
 * has seen) is empty.
 *
 * @param constants by input, or by a glob on their names.
 * @throws UserError where there is no such input, it holds no numbers, or its shape is not known.
 */
export function withConstantInputs(
  model: ModelFile,
  constants: Readonly<Record<string, number>>,
  shapes: Shapes = {},
): WithConstants {
  if (Object.keys(constants).length === 0) return { model, shapes };
  const inputs = modelInputs(model.graph);
  const values = valuesOf(constants, inputs);
  const fed = inputs.filter(({ name }) => !values.has(name));
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
    if (input) addConstant(build, input, number, { fed, given: shapeGiven(shapes, name) });
  }
  const graph = {
    ...model.graph,
    node: [...build.nodes, ...model.graph.node],
    input: model.graph.input.filter(({ name }) => !values.has(name)),
  };
  const left = Object.entries(shapes).filter(([name]) =>
    inputs.every((each) => !values.has(each.name) || !layerGlob(name)(each.name)),
  );
  return { model: { ...model, graph, proto: { ...model.proto, graph } }, shapes: Object.fromEntries(left) };
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

/** What `shapes` says of an input, by its name or a glob. */
function shapeGiven(shapes: Shapes, name: string): readonly number[] | undefined {
  return shapes[name] ?? Object.entries(shapes).find(([glob]) => layerGlob(glob)(name))?.[1];
}

interface Around {
  readonly fed: readonly ModelInput[];
  /** Of all axes but that of the batch. */
  readonly given: readonly number[] | undefined;
}

/** Adds the nodes that make the input. */
function addConstant(
  build: NodeBuilder,
  { name, type, shape }: ModelInput,
  number: number,
  around: Around,
): void {
  if (!shape) {
    throw new UserError(
      `--input ${name}: the model does not declare how many axes the input has, so it cannot be filled`,
    );
  }
  const isReal = type.startsWith('float') || type === 'bfloat16';
  const filling = build.cast(build.constant(isReal ? 'float64' : 'int64', number), type);
  const sizes = sizesOf(build, name, shape, around);
  if (sizes.length === 0) build.add('Identity', [filling], {}, name);
  else
    build.add(
      'Expand',
      [filling, sizes.length === 1 ? sizes[0] : build.add('Concat', sizes, { axis: 0 })],
      {},
      name,
    );
}

/** The size of each axis, as int64 vectors of one number. */
function sizesOf(
  build: NodeBuilder,
  name: string,
  shape: NonNullable<ModelInput['shape']>,
  { fed, given }: Around,
): string[] {
  const isOpen = (size: number | string | null) => typeof size !== 'number' || size < 0;
  const batch = shape.findIndex(isOpen);
  return shape.map((size, axis) => {
    if (typeof size === 'number' && size >= 0) return build.constant('int64', [size]);
    const like = typeof size === 'string' ? axisCalled(fed, size) : undefined;
    if (like) return build.dimensions(like.input, like.axis, like.axis + 1);
    if (axis === batch) {
      const first = fed.find(({ shape: other }) => other === undefined || other.length > 0);
      if (first) return build.dimensions(first.name, 0, 1);
    }
    const told = given?.[axis > batch ? axis - 1 : axis];
    if (told !== undefined && given?.length === shape.length - 1) return build.constant('int64', [told]);
    if (typeof size === 'string' && /past/i.test(size)) return build.constant('int64', [0]);
    throw new UserError(
      `--input ${name}: the model leaves its shape open ([${shape.map((each) => each ?? '?').join(', ')}]), add --shape ${name}=${shape
        .filter((_, i) => i !== batch)
        .map((each) => (isOpen(each) ? 16 : each))
        .join('x')}`,
    );
  });
}

function axisCalled(fed: readonly ModelInput[], wanted: string): { input: string; axis: number } | undefined {
  for (const { name, shape = [] } of fed) {
    const axis = shape.indexOf(wanted);
    if (axis >= 0) return { input: name, axis };
  }
  return undefined;
}
