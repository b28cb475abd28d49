import type { ElementType } from '../../../onnx/elementType.js';

/** value × scale, then − mean, then ÷ std; one entry a channel, or one for all. */
export interface Normalization {
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export const isFloating = (type: ElementType): boolean => type.startsWith('float') || type === 'bfloat16';

/**
 * What cannot be meant: a mean outside the values that it is subtracted from, or a deviation larger than their range
 * (`--mean 72.9 --std 90`, which are in units of 0 to 255, with values from 0 to 1).
 */
export function doubtsAboutNormalization({ scale, mean, std }: Normalization): string[] {
  const largest = Math.abs(255 * scale);
  const range = `0 to ${Number((255 * scale).toPrecision(4))}`;
  const remedy = `--mean and --std count in units of the values after --scale; for units of 0 to 255 pass --scale 1`;
  const doubts: string[] = [];
  if (mean.some((value) => Math.abs(value) > 1.01 * largest)) {
    doubts.push(`the mean ${mean.join(', ')} lies outside the values, which are ${range}: ${remedy}`);
  }
  if (std.some((value) => Math.abs(value) > 1.01 * Math.max(1, largest))) {
    doubts.push(
      `the deviation ${std.join(', ')} is larger than the range of the values, ${range}: ${remedy}`,
    );
  }
  return doubts;
}
