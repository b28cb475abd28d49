import { UserError } from '../errors.js';
import { interpolated } from './interpolate.js';
import type { NodeBuilder } from './nodeBuilder.js';
import type { ObservationMatrix } from './observationMatrix.js';
import type { InstrumentOptions } from './options.js';

/** `[samples, channels, ...positions]` → observations, by `--conv-method`. */
export function observeFeatureMap(
  build: NodeBuilder,
  activation: string,
  rank: number,
  options: InstrumentOptions,
): ObservationMatrix {
  const map = interpolated(build, activation, rank, options);
  const positions = Array.from({ length: rank - 2 }, (_, axis) => axis + 2);
  switch (options.convMethod) {
    case 'channelwise': {
      // Channels first and not last: whole feature maps move as blocks, several times faster than single numbers.
      const channelsFirst = build.add('Transpose', [map], { perm: [1, 0, ...positions] });
      return { value: build.add('Flatten', [channelsFirst], { axis: 1 }), observationAxis: 1 };
    }
    case 'mean': {
      // In float64, so that the mean of many positions is no worse than its terms.
      const wide = build.cast(map, 'float64');
      return {
        value: build.reduce('ReduceMean', wide, positions),
        observationAxis: 0,
        isFloat64: true,
      };
    }
    case 'max': {
      const real = comparable(build, map);
      return {
        value: withNonFinite(build, build.reduce('ReduceMax', real, positions), real, positions),
        observationAxis: 0,
      };
    }
    case 'median': {
      const real = comparable(build, map);
      return { value: withNonFinite(build, median(build, real), real, positions), observationAxis: 0 };
    }
    case 'flatten':
      return { value: build.add('Flatten', [map], { axis: 1 }), observationAxis: 0 };
  }
}

/** float16 has no ReduceMax and no TopK on the CPU; a cast of a type to itself is removed by the runtime. */
const comparable = (build: NodeBuilder, map: string): string => build.cast(map, build.real);

/**
 * A pooled map that is NaN wherever the map holds a NaN or an infinity: comparisons pass over a NaN, and the layer
 * would look sound. 0 · x is zero for all other x.
 */
function withNonFinite(
  build: NodeBuilder,
  pooled: string,
  map: string,
  positions: readonly number[],
): string {
  const zeros = build.arithmetic('Mul', [map, build.constant(build.real, 0)]);
  return build.arithmetic('Add', [pooled, build.reduce('ReduceSum', zeros, positions)]);
}

/** The first opset whose TopK takes a number that is computed in the graph. */
const TOPK_OPSET = 10;

/**
 * The lower median of each feature map: the value that ⌊n/2⌋ others reach or exceed, as `torch.median`.
 * Shapes are computed in the graph, since positions may be dynamic and samples may be none.
 */
function median(build: NodeBuilder, map: string): string {
  if (build.opset < TOPK_OPSET) {
    throw new UserError(
      `--conv-method median needs a model of opset ${TOPK_OPSET} or newer, this one has opset ${build.opset}: convert the model, or choose mean or max`,
    );
  }
  const positions = build.reduce('ReduceProd', build.dimensions(map, 2, 2 ** 31 - 1), [0], {
    keepDims: true,
  });
  const shape = build.add('Concat', [build.dimensions(map, 0, 2), positions], { axis: 0 });
  const maps = build.add('Reshape', [map, shape]);
  const half = build.arithmetic('Div', [positions, build.constant('int64', [2])]);
  const count = build.arithmetic('Add', [half, build.constant('int64', [1])]);
  // Without samples TopK ends the whole process, unless it is asked for the 0 largest.
  const wanted = build.arithmetic('Mul', [count, build.add('Sign', [build.dimensions(map, 0, 1)])]);
  const [largest] = build.addWithOutputs('TopK', [maps, wanted], { axis: -1 }, [
    build.outputName('TopK_values'),
    build.outputName('TopK_indices'),
  ]);
  // One entry, or none; a sum drops the axis in both cases.
  return build.reduce('ReduceSum', build.slice(largest, 2, -1, 2 ** 31 - 1), [2]);
}
