import { UserError } from '../errors.js';
import type { NodeBuilder } from './nodeBuilder.js';

/** The first opset with Range, which finds the cells of maps whose size the data decides. */
const RANGE_OPSET = 11;

/**
 * Averages feature maps in a grid of cells, as PyTorch's `AdaptiveAvgPool`: cell i of n covers the positions from
 * ⌊i · size / n⌋ to ⌈(i + 1) · size / n⌉ (excluded), so that neighbours overlap where n does not divide the size, and
 * maps smaller than the grid repeat themselves.
 *
 * @param map `[samples, channels, ...positions]` in float64, with one or two axes of positions.
 * @param grid cells along each of these axes.
 * @returns `[samples, channels · cells]` in float64.
 * @throws UserError for models of an opset without Range.
 */
export function adaptivePooling(build: NodeBuilder, map: string, grid: readonly number[]): string {
  if (build.opset < RANGE_OPSET) {
    throw new UserError(
      `--pool needs a model of opset ${RANGE_OPSET} or newer, this one has opset ${build.opset}: convert the model, or leave --pool out`,
    );
  }
  const last = grid.length + 1;
  const columns = build.add('Transpose', [cells(build, map, last, grid[grid.length - 1])], { perm: [1, 0] });
  let pooled = build.add('MatMul', [map, columns]);
  if (grid.length === 2) pooled = build.add('MatMul', [cells(build, map, 2, grid[0]), pooled]);
  return build.add('Flatten', [pooled], { axis: 1 });
}

/** What each position along an axis weighs in each cell: `[cells, size]`, every row sums to 1. */
function cells(build: NodeBuilder, map: string, axis: number, count: number): string {
  const size = build.dimension(map, axis);
  const whole = (value: number) => build.constant('int64', value);
  const cell = build.constant(
    'int64',
    Array.from({ length: count }, (_, i) => i),
  );
  const rows = build.unsqueeze(cell, [1]);
  const scaled = (value: string) => build.arithmetic('Div', [value, whole(count)]);
  const start = scaled(build.arithmetic('Mul', [rows, size]));
  // ⌈a / n⌉ = ⌊(a + n − 1) / n⌋
  const next = build.arithmetic('Mul', [build.arithmetic('Add', [rows, whole(1)]), size]);
  const end = scaled(build.arithmetic('Add', [next, whole(count - 1)]));
  const position = build.add('Range', [whole(0), size, whole(1)]);
  const inside = build.add('And', [
    build.add('Not', [build.add('Less', [position, start])]),
    build.add('Less', [position, end]),
  ]);
  const width = build.cast(build.arithmetic('Sub', [end, start]), 'float64');
  return build.arithmetic('Div', [build.cast(inside, 'float64'), width]);
}
