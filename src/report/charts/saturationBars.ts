import type { LayerReading, ReadingKind } from '../../readings/reading.js';
import { axisNames, axisStyle, labelInterval, perCent, slant } from './look.js';
import { readingLooks } from './palette.js';

/** A bar a layer, as high as its saturation and coloured by its reading: a series a reading, so that the legend names them all. */
export function saturationBars(layers: readonly LayerReading[]) {
  const kinds = (Object.keys(readingLooks) as ReadingKind[]).filter((kind) =>
    layers.some((each) => each.kind === kind),
  );
  return {
    legend: kinds.map((kind) => readingLooks[kind].label),
    series: kinds.map((kind) => ({
      type: 'bar',
      stack: 'saturation',
      name: readingLooks[kind].label,
      barMaxWidth: 48,
      barCategoryGap: layers.length > 60 ? '8%' : '24%',
      itemStyle: { color: readingLooks[kind].color },
      data: layers.map((each) => (each.kind === kind ? each.layer.saturation : null)),
    })),
  };
}

/** Axes and margins of a chart of shares by layer, in a picture of this width. */
export function layerAxes(names: readonly string[], width: number) {
  const rotate = slant(names.length, width - 80);
  return {
    grid: { left: 52, right: 16, top: 94, bottom: rotate === 0 ? 32 : 104 },
    xAxis: {
      ...axisStyle,
      type: 'category',
      data: axisNames(names, 18),
      axisLabel: { ...axisStyle.axisLabel, rotate, interval: labelInterval(names.length, width - 80) },
    },
    yAxis: {
      ...axisStyle,
      type: 'value',
      min: 0,
      max: 1,
      axisLabel: { ...axisStyle.axisLabel, formatter: perCent },
    },
  };
}
