import type { Inks } from './look.js';

const strokes = ['solid', 'dashed', 'dotted'] as const;
const marks = ['circle', 'rect', 'triangle', 'diamond'] as const;

/**
 * The line of one of several runs over a chart whose colours are taken: told apart by stroke and mark, later ones
 * stronger.
 */
export function runLine(index: number, count: number, { text }: Inks) {
  return {
    type: 'line' as const,
    symbol: marks[index % marks.length],
    symbolSize: 5,
    lineStyle: {
      color: text,
      width: 1.5,
      type: strokes[index % strokes.length],
      opacity: 0.4 + (0.6 * (index + 1)) / count,
    },
    itemStyle: { color: text },
  };
}
