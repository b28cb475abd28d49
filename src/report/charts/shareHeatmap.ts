import { axesIn, axisNames, type Inks, perCent } from './look.js';
import { shade } from './shade.js';

/** Column, row and value of a cell. */
export type Cell = readonly [column: number, row: number, value: number];

interface HeatmapLook {
  /** Degrees by which the names of columns are turned. */
  readonly rotate: number;
  /** How a value is written, in cells and beside the bar of colours. */
  readonly format?: (value: number) => string;
  /** Whether each cell has its value written in it. */
  readonly isWritten?: boolean;
  /** Whether the names of all columns are written, also where that is tight. */
  readonly isEveryColumnNamed?: boolean;
  /** Pixels of a row. */
  readonly row?: number;
}

/** Values from 0 to 1 as a heatmap, the first row at the top, with the bar of its colours. */
export function shareHeatmap(
  columns: readonly string[],
  rows: readonly string[],
  cells: readonly Cell[],
  inks: Inks,
  { rotate, format = perCent, isWritten = false, isEveryColumnNamed = false, row = 18 }: HeatmapLook,
) {
  const style = axesIn(inks);
  return {
    visualMap: {
      ...{ min: 0, max: 1, right: 4, top: 'middle' as const },
      itemHeight: Math.min(140, row * rows.length),
      textStyle: { color: inks.faint },
      formatter: (value: unknown) => format(Number(value)),
      text: [format(1), format(0)],
      inRange: { color: [shade(0), shade(0.5), shade(1)] },
    },
    xAxis: {
      ...style,
      type: 'category' as const,
      data: axisNames(columns, 18),
      axisLabel: { ...style.axisLabel, rotate, ...(isEveryColumnNamed ? { interval: 0 } : {}) },
    },
    yAxis: {
      ...style,
      type: 'category' as const,
      inverse: true,
      data: axisNames(rows, 26),
      axisLabel: { ...style.axisLabel, interval: 0 },
    },
    series: [
      {
        type: 'heatmap' as const,
        data: cells.map((cell) => [...cell]),
        itemStyle: { borderColor: '#ffffff', borderWidth: isWritten ? 1 : 0 },
        label: {
          show: isWritten,
          fontSize: 10,
          formatter: ({ value }: { value: unknown }) => format((value as Cell)[2]),
        },
      },
    ],
  };
}
