/**
 * How far one number of a value sees along one axis of the model's input: the receptive field, smallest and largest
 * over all paths that lead there, in input positions; `Infinity` where a path sees everything.
 */
export interface Reach {
  readonly min: number;
  readonly max: number;
  /** Input positions between two neighbours of the value: the product of all strides so far. */
  readonly stride: number;
  /** The axes of the value along which its positions lie; none where they were summed up, several after a reshape. */
  readonly axes: readonly number[];
}

/** The reach of a value along each axis of the model's input (1, 2, …; 0 is the samples). */
export type Reaches = ReadonlyMap<number, Reach>;

/** An input of the model: each of its numbers sees itself. */
export const inputReaches = (rank: number): Reaches =>
  new Map(
    Array.from({ length: Math.max(0, rank - 1) }, (_, i) => [
      i + 1,
      { min: 1, max: 1, stride: 1, axes: [i + 1] },
    ]),
  );

const each = (reaches: Reaches, change: (reach: Reach) => Reach): Reaches =>
  new Map([...reaches].map(([axis, reach]) => [axis, change(reach)]));

/** All positions along an axis of the value meet in each of its numbers: a sum, an average, a product of matrices. */
export const summedUp = (reaches: Reaches, axis: number): Reaches =>
  each(reaches, (reach) =>
    reach.axes.includes(axis)
      ? {
          ...reach,
          min: Number.POSITIVE_INFINITY,
          max: Number.POSITIVE_INFINITY,
          axes: reach.axes.filter((other) => other !== axis),
        }
      : reach,
  );

/**
 * A window slides along an axis: r + (kernel − 1) · dilation · stride, and the stride times that of the window
 * (Richter et al., "Should You Go Deeper?", 2021, and Araujo et al., "Computing Receptive Fields of CNNs", 2019).
 */
export const slid = (
  reaches: Reaches,
  axis: number,
  window: { readonly kernel: number; readonly dilation?: number; readonly stride?: number },
): Reaches => {
  const { kernel, dilation = 1, stride = 1 } = window;
  return each(reaches, (reach) => {
    if (!reach.axes.includes(axis)) return reach;
    // Several axes of the input lie on this one: neighbours on it are not neighbours there.
    if (reach.axes.length > 1)
      return kernel > 1 ? (summedUp(new Map([[0, reach]]), axis).get(0) ?? reach) : reach;
    const more = (kernel - 1) * dilation * reach.stride;
    return { ...reach, min: reach.min + more, max: reach.max + more, stride: reach.stride * stride };
  });
};

/** The axes of the value are put in another order, or counted again; those that `place` gives no axis for are gone. */
export const moved = (reaches: Reaches, place: (axis: number) => readonly number[]): Reaches =>
  each(reaches, (reach) => ({
    ...reach,
    axes: [...new Set(reach.axes.flatMap(place))].sort((a, b) => a - b),
  }));

/** Paths meet: an Add, a Concat. The smallest of the smallest, the largest of the largest. */
export function met(all: readonly Reaches[]): Reaches {
  const result = new Map<number, Reach>();
  for (const reaches of all) {
    for (const [axis, reach] of reaches) {
      const other = result.get(axis);
      result.set(axis, other ? both(other, reach) : reach);
    }
  }
  return result;
}

function both(a: Reach, b: Reach): Reach {
  const spread = a.axes.length > 0 ? a : b;
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    stride: spread.stride,
    axes: [...new Set([...a.axes, ...b.axes])].sort((x, y) => x - y),
  };
}

/**
 * Where the axes of a value go when it is reshaped: blocks of axes with the same product correspond, from left to
 * right, as the order of the numbers stays.
 */
export function reshaped(
  from: readonly number[],
  to: readonly number[],
): (axis: number) => readonly number[] {
  const places = from.map((): number[] => []);
  let [i, j] = [0, 0];
  while (i < from.length && j < to.length) {
    const [startFrom, startTo] = [i, j];
    let [left, right] = [from[i++], to[j++]];
    while (left !== right) {
      if (left < right && i < from.length) left *= from[i++];
      else if (right < left && j < to.length) right *= to[j++];
      else break;
    }
    const targets = Array.from({ length: j - startTo }, (_, k) => startTo + k).filter((axis) => to[axis] > 1);
    for (let axis = startFrom; axis < i; axis++) places[axis] = targets;
  }
  return (axis) => places[axis] ?? [];
}
