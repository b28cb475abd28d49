import { UserError } from '../errors.js';
import type { LayerMask } from '../layers/layer.js';
import type { NodeBuilder } from './nodeBuilder.js';
import type { ObservationMatrix } from './observationMatrix.js';

/** The first opset with Compress. */
export const COMPRESS_OPSET = 9;

/**
 * Observations without those at positions that the mask calls padding.
 *
 * @param matrix of one row or column a position, as they lie in the activation.
 * @throws UserError for models of an opset without the operator.
 */
export function withoutPadding(
  build: NodeBuilder,
  matrix: ObservationMatrix,
  mask: LayerMask,
): ObservationMatrix {
  const condition = build.add('Reshape', [validPositions(build, mask), build.constant('int64', [-1])]);
  const value = build.add('Compress', [matrix.value, condition], { axis: matrix.observationAxis });
  return { ...matrix, value };
}

/**
 * Of `[samples, positions, features]` the last position of each sample that is no padding, `[samples, features]`; samples
 * without any are left out.
 */
export function lastValidPosition(
  build: NodeBuilder,
  activation: string,
  mask: LayerMask,
): ObservationMatrix {
  // [samples, positions]: one, but for padding zero; then the place of each from 1, of which the largest is the last.
  const valid = build.cast(validPositions(build, { ...mask, axes: 'rows' }), 'int64');
  const ones = build.add('Expand', [build.constant('int64', 1), build.dimensions(valid, 1, 2)]);
  const places = build.add('CumSum', [ones, build.constant('int64', 0)]);
  const reached = build.arithmetic('Mul', [valid, places]);
  const last = build.reduce('ReduceMax', reached, [1], { keepDims: true });
  const isLast = build.add('And', [build.add('Equal', [reached, last]), build.cast(valid, 'bool')]);
  const rows = build.add('Reshape', [
    activation,
    build.add('Concat', [build.constant('int64', [-1]), build.dimensions(activation, -1, 2 ** 31 - 1)], {
      axis: 0,
    }),
  ]);
  const condition = build.add('Reshape', [isLast, build.constant('int64', [-1])]);
  return { value: build.add('Compress', [rows, condition], { axis: 0 }), observationAxis: 0 };
}

/** True where a position counts, in the order in which the activation holds positions. */
function validPositions(build: NodeBuilder, { input, axes }: LayerMask): string {
  if (build.opset < COMPRESS_OPSET) {
    throw new UserError(
      `the padding that ${input} tells can only be left out of models of opset ${COMPRESS_OPSET} or newer, this one has opset ${build.opset}: convert the model, or take --no-mask`,
    );
  }
  const valid = build.cast(input, 'bool');
  return axes === 'rowsOfSteps' ? build.add('Transpose', [valid], { perm: [1, 0] }) : valid;
}
