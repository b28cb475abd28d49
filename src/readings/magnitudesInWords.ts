import type { RunLayer } from '../run/schema.js';
import { counted, listed } from '../text/numbers.js';

/** Up to here numbers are told one by one. */
const MOST_NAMED = 6;

const short = (size: number): string =>
  size >= 1e5 || (size > 0 && size < 1e-3) ? size.toExponential(1) : Number(size.toPrecision(3)).toString();

/** What the magnitudes of a run's layers say about float16; nothing where they were not asked for. */
export function magnitudesInWords(layers: readonly RunLayer[], name: (layer: RunLayer) => string): string[] {
  const known = layers.flatMap((layer) => (layer.magnitudes ? [{ layer, ...layer.magnitudes }] : []));
  if (known.length === 0) return [];
  const beyond = known.filter(({ beyondFloat16 }) => beyondFloat16 > 0).sort((a, b) => b.largest - a.largest);
  if (beyond.length === 0) {
    const largest = known.reduce((most, each) => (each.largest > most.largest ? each : most));
    return [
      `float16 holds numbers up to 65504, and the largest of ${counted(known.length, 'layer')} is ${short(largest.largest)} (${name(largest.layer)}): none would become infinite; what is computed between layers was not looked at`,
    ];
  }
  const each = beyond.map(
    ({ layer, largest, beyondFloat16, values }) =>
      `${name(layer)} (up to ${short(largest)}, ${short((100 * beyondFloat16) / values)} % of its values)`,
  );
  return [
    `float16 holds numbers up to 65504: values of ${counted(beyond.length, 'layer')} of ${known.length} would become infinite, ${listed(each, MOST_NAMED)}`,
  ];
}
