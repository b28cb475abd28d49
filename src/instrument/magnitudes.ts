import type { NodeBuilder } from './nodeBuilder.js';

/** From here on a number becomes infinite when it is rounded to float16, whose largest is 65,504. */
export const FLOAT16_OVERFLOW = 65520;

/** The first opset whose comparisons take all real types. */
export const MAGNITUDE_OPSET = 9;

/**
 * Adds an output with three numbers about a layer's values, as float64: the largest magnitude, how many lie beyond the range
 * of float16, and how many there are.
 *
 * @param activation in any shape; it may be empty.
 */
export function addMagnitudes(build: NodeBuilder, layer: string, activation: string): string {
  const values = build.cast(build.add('Reshape', [activation, build.constant('int64', [-1])]), build.real);
  const sizes = build.add('Abs', [values]);
  // Of nothing there is no largest.
  const withZero = build.add('Concat', [sizes, build.constant(build.real, [0])], { axis: 0 });
  const largest = build.cast(build.reduce('ReduceMax', withZero, [0], { keepDims: true }), 'float64');
  const isWithin = build.add('Less', [sizes, build.constant(build.real, FLOAT16_OVERFLOW)]);
  const isBeyond = build.cast(build.add('Not', [isWithin]), 'float64');
  const beyond = build.reduce('ReduceSum', isBeyond, [0], { keepDims: true });
  const count = build.cast(build.dimensions(values, 0, 1), 'float64');
  return build.add('Concat', [largest, beyond, count], { axis: 0 }, build.outputName(`${layer}/magnitudes`));
}
