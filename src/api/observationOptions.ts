import { UserError } from '../errors.js';
import type { InstrumentOptions } from '../instrument/options.js';

/**
 * How activations become observations, with what counts where nothing is said.
 *
 * @throws UserError where a kind of interpolation is given but no size to interpolate to.
 */
export function observationOptions(options: Partial<InstrumentOptions>): InstrumentOptions {
  const { convMethod = 'channelwise', sequenceMethod, precision = 'float64' } = options;
  const { interpolate, interpolation, magnitudes = false } = options;
  // How large y is does not follow from the moments of x.
  const measureAt = magnitudes ? 'output' : (options.measureAt ?? 'cheaper');
  if (interpolate === undefined && interpolation !== undefined) {
    throw new UserError(
      `--interpolation ${interpolation} has no effect without --interpolate: add the size, or leave it out`,
    );
  }
  return {
    convMethod,
    sequenceMethod,
    precision,
    measureAt,
    ...(magnitudes ? { magnitudes } : {}),
    interpolate,
    interpolation: interpolate === undefined ? undefined : (interpolation ?? 'linear'),
  };
}
