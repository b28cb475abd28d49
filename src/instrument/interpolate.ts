import { UserError } from '../errors.js';
import type { NodeBuilder } from './nodeBuilder.js';
import type { InstrumentOptions } from './options.js';

/** The first opset with Range and a Resize that knows half-pixel. */
const RESIZE_OPSET = 11;

/**
 * Resizes two-dimensional feature maps with a side longer than `--interpolate` to that size in both directions,
 * as Python Delve; other maps pass unchanged. Which it is may depend on the data, so it is decided in the graph.
 *
 * @throws UserError for models of an opset without a suitable Resize.
 */
export function interpolated(
  build: NodeBuilder,
  map: string,
  rank: number,
  { interpolate, interpolation = 'linear' }: InstrumentOptions,
): string {
  if (interpolate === undefined || rank !== 4) return map;
  if (build.opset < RESIZE_OPSET) {
    throw new UserError(
      `--interpolate needs a model of opset ${RESIZE_OPSET} or newer, this one has opset ${build.opset}: convert the model, or leave --interpolate out`,
    );
  }
  const sides = build.dimensions(map, 2, 4);
  const longest = build.reduce('ReduceMax', sides, [0], { keepDims: true });
  const isLarger = build.add('Greater', [longest, build.constant('int64', [interpolate])]);
  const target = build.add('Where', [isLarger, build.constant('int64', [interpolate, interpolate]), sides]);
  if (interpolation === 'nearest') return nearest(build, nearest(build, map, 2, target), 3, target);
  const sizes = build.add('Concat', [build.dimensions(map, 0, 2), target], { axis: 0 });
  // Region and scales could not be left out before opset 13.
  const unused = build.opset >= 13 ? '' : build.constant('float32', []);
  // Resize knows no float64 and, on the CPU, no float16.
  return build.add('Resize', [build.cast(map, 'float32'), unused, unused, sizes], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
}

/**
 * Takes entry ⌊i · (in / out)⌋ along one axis for each i, in float32 as `torch` computes it. Resize cannot do this:
 * it divides by the rounded out / in, and lands one entry lower where the quotient is whole.
 */
function nearest(build: NodeBuilder, map: string, axis: 2 | 3, target: string): string {
  const size = build.squeeze(build.slice(target, 0, axis - 2, axis - 1), [0]);
  const zero = build.constant('int64', 0);
  const indices = build.cast(build.add('Range', [zero, size, build.constant('int64', 1)]), 'float32');
  const before = build.cast(build.dimension(map, axis), 'float32');
  const scale = build.arithmetic('Div', [before, build.cast(size, 'float32')]);
  const source = build.cast(build.add('Floor', [build.arithmetic('Mul', [indices, scale])]), 'int64');
  return build.add('Gather', [map, source], { axis });
}
