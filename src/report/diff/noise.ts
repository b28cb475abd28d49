import { isWithinNoise, type LayerDiff } from '../../run/compare/diffRuns.js';
import { counted } from '../../text/numbers.js';

/** How many changes chance explains, as a sentence with a blank before it; nothing where no run tells an error. */
export function noiseInWords(layers: readonly LayerDiff[]): string {
  const known = layers.filter(({ noise, saturation: { change } }) => noise !== undefined && change !== null);
  const moved = known.filter(({ saturation: { change } }) => change !== 0);
  if (moved.length === 0) return '';
  const within = known.filter(isWithinNoise).length;
  if (within === 0) return ' No change is small enough for chance to explain it (95 %).';
  const which =
    within === moved.length ? 'None of the changes lies' : `${counted(within, 'change')} of these lie not`;
  return ` ${which} beyond what chance explains (95 %).`;
}
