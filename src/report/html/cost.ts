import type { Run, RunLayer } from '../../run/schema.js';

/** Operators that take each weight once at each position of their output. */
const ONCE_A_POSITION = /^(?:(?:Fused|QLinear)?Conv|Gemm|(?:QLinear)?MatMul|(?:Conv|MatMul)Integer)$/;

/**
 * Multiplications of a layer for one sample: its weights times the positions (pixels, tokens) that it is applied to.
 *
 * @returns `undefined` where the run does not tell the positions, since an observation is not one of them.
 */
export function multiplications(
  { settings, data }: Pick<Run, 'settings' | 'data'>,
  { op, weightShape, observations }: RunLayer,
): number | undefined {
  if (!weightShape || data.samples === 0 || observations === 0 || !ONCE_A_POSITION.test(op)) return undefined;
  const { convMethod, linearMethod = 'timestepwise', interpolate } = settings;
  const isPosition = op.includes('Conv')
    ? convMethod === 'channelwise' && interpolate === undefined
    : linearMethod === 'timestepwise';
  if (!isPosition) return undefined;
  const weights = weightShape.reduce((product, size) => product * size, 1);
  return (weights * observations) / data.samples;
}

/** A layer's part of what all layers have together; `undefined` where there is nothing to share. */
export function partOf(value: number | undefined, all: readonly (number | undefined)[]): number | undefined {
  const total = all.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return value === undefined || total === 0 ? undefined : value / total;
}
