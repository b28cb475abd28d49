import type { Symbols } from '../../text/symbols.js';

/**
 * A bar of `width` cells, filled as far as `share` (0 to 1) says, to the nearest part of a cell. What is not 0
 * shows, and what is not 1 leaves room.
 */
export function bar(
  share: number,
  width: number,
  { full, parts, empty }: Symbols,
): { filled: string; rest: string } {
  const steps = parts.length + 1;
  const all = width * steps;
  const rounded = Math.round(share * all);
  const drawn = share <= 0 ? 0 : share >= 1 ? all : Math.min(Math.max(rounded, 1), all - 1);
  const cells = Math.floor(drawn / steps);
  const part = drawn % steps;
  const filled = full.repeat(cells) + (part > 0 ? parts[part - 1] : '');
  return { filled, rest: empty.repeat(width - cells - (part > 0 ? 1 : 0)) };
}
