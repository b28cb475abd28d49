/** Stands for an ellipsis: any number of axes. */
const OPEN = '*';

/** What the axes of an Einsum of an activation and a weight are. */
export interface EinsumParts {
  /** Features, all axes of them multiplied. */
  readonly features: number;
  readonly featureAxes: number;
  /** What one feature is summed over. */
  readonly inputs: number;
  /** How many independent products the weight holds: axes that activation, weight and output share. */
  readonly groups: number;
  /** How many axes are samples and positions. */
  readonly positions: number;
  /** Axes of what is observed; absent where an ellipsis leaves them open. */
  readonly rank?: number;
  /** The axes of the output in the order positions, features. */
  readonly order: readonly number[];
}

/**
 * Takes an equation (`bsd,dhk->bshk`) apart.
 *
 * @param side which of the two operands is the weight.
 * @param shape of the weight.
 * @returns `undefined` where the weight has an ellipsis, an axis is repeated, or none is left for samples or for features.
 */
export function partsOfEinsum(
  equation: string,
  side: number,
  shape: readonly number[],
): EinsumParts | undefined {
  const [left, given] = equation.replaceAll(' ', '').replaceAll('...', OPEN).split('->');
  const operands = left.split(',');
  if (operands.length !== 2) return undefined;
  const weight = [...operands[side]];
  const activation = [...operands[1 - side]];
  const output = [...(given ?? implied(left))];
  if (weight.includes(OPEN)) return undefined;
  const isRepeated = [weight, activation, output].some((axes) => new Set(axes).size < axes.length);
  if (isRepeated || weight.length !== shape.length) return undefined;
  const size = (axes: readonly string[]) =>
    axes.reduce((product, axis) => product * shape[weight.indexOf(axis)], 1);
  const featureAxes = output.filter((axis) => weight.includes(axis));
  const positions = output.filter((axis) => !weight.includes(axis));
  if (featureAxes.length === 0 || positions.length === 0) return undefined;
  // The activation's first axis is that of the samples.
  const [samples] = activation;
  if (!positions.includes(samples)) return undefined;
  const ordered = [samples, ...positions.filter((axis) => axis !== samples)];
  const order = [...ordered, ...featureAxes].map((axis) => output.indexOf(axis));
  const isOpen = activation.includes(OPEN);
  // Axes that are not counted cannot be put in order.
  if (isOpen && (featureAxes.length > 1 || order.some((axis, i) => axis !== i))) return undefined;
  return {
    features: size(featureAxes),
    featureAxes: featureAxes.length,
    inputs: size(weight.filter((axis) => !output.includes(axis))),
    groups: size(featureAxes.filter((axis) => activation.includes(axis))),
    ...(isOpen ? {} : { rank: positions.length + 1 }),
    positions: positions.length,
    order,
  };
}

/** Without an arrow the output has every axis that occurs once, by the alphabet. */
function implied(operands: string): string[] {
  const axes = [...operands.replace(',', '')];
  return axes.filter((axis) => axis === OPEN || axes.indexOf(axis) === axes.lastIndexOf(axis)).sort();
}
