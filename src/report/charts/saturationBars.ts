import type { LayerReading, ReadingKind } from '../../readings/reading.js';
import { percent } from '../../text/numbers.js';
import { type Inks, slant } from './look.js';
import { readingLooks } from './palette.js';

interface Bars {
  /** Below this saturation a tail begins, where that is to be marked. */
  readonly tailBelow?: number;
  /** The layer whose bar stands out. */
  readonly chosen?: string;
}

/**
 * A bar a layer, as high as its saturation and coloured by its reading: a series a reading, so that a legend names them
 * all. Over them the 95 % interval of each as an error bar.
 */
export function saturationBars(
  layers: readonly LayerReading[],
  inks: Inks,
  { tailBelow, chosen }: Bars = {},
) {
  const kinds = (Object.keys(readingLooks) as ReadingKind[]).filter((kind) =>
    layers.some((each) => each.kind === kind),
  );
  const bars = kinds.map((kind) => ({
    type: 'bar' as const,
    stack: 'saturation',
    name: readingLooks[kind].label,
    barMaxWidth: 48,
    barCategoryGap: layers.length > 60 ? '8%' : '24%',
    // Of a layer without a number, or at 0, something is left to see and to click.
    barMinHeight: 2,
    // Grays would be lost on dark ground.
    itemStyle: {
      color: readingLooks[kind].color,
      ...(kind === 'dead' || kind === 'uncertain' ? { borderColor: inks.faint, borderWidth: 1 } : {}),
    },
    data: layers.map(({ layer, kind: its }) =>
      its !== kind
        ? null
        : layer.name === chosen
          ? { value: layer.saturation ?? 0, itemStyle: { borderColor: inks.text, borderWidth: 2 } }
          : (layer.saturation ?? 0),
    ),
  }));
  return {
    legend: kinds.map((kind) => readingLooks[kind].label),
    series: [...bars, { type: 'line' as const, data: [], markLine: marks(layers, tailBelow, inks) }],
  };
}

/** Where a tail begins, and the error bars. */
const marks = (readings: readonly LayerReading[], tailBelow: number | undefined, { text: color }: Inks) => ({
  symbol: 'none',
  silent: true,
  lineStyle: { color, opacity: 0.6 },
  label: { show: false },
  animation: false,
  data: [
    ...(tailBelow === undefined
      ? []
      : [
          {
            yAxis: tailBelow,
            lineStyle: { type: 'dashed' as const },
            label: {
              show: true,
              color,
              position: 'insideEndTop' as const,
              formatter: `tail below ${percent(tailBelow)}`,
            },
          },
        ]),
    ...readings.flatMap(({ layer: { uncertainty } }, i) => errorBar(i, uncertainty?.saturation.interval)),
  ],
});

function errorBar(index: number, interval: readonly [number, number] | undefined) {
  if (!interval || interval[0] === interval[1]) return [];
  const lineStyle = { type: 'solid' as const, width: 2, opacity: 0.9 };
  const at = (end: number) => ({ coord: [index, end], symbol: 'rect', symbolSize: [9, 2], lineStyle });
  const bar: [ReturnType<typeof at>, ReturnType<typeof at>] = [at(interval[0]), at(interval[1])];
  return [bar];
}

/** Margins of a chart by layer, in a picture of this width. */
export const layersGrid = (count: number, width: number) => ({
  left: 52,
  right: 16,
  top: 94,
  bottom: slant(count, width - 80) === 0 ? 32 : 104,
});
