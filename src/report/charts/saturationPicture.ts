import { verdict } from '../../readings/advice.js';
import { readLayers } from '../../readings/layerReadings.js';
import type { ReadingKind } from '../../readings/reading.js';
import { percent } from '../../text/numbers.js';
import { unicode } from '../../text/symbols.js';
import {
  axisName,
  axisNames,
  axisStyle,
  ink,
  labelInterval,
  marks,
  perCent,
  slant,
  strokes,
} from './look.js';
import { readingLooks } from './palette.js';
import type { NamedRun, Picture } from './picture.js';

/** The saturation of every layer in forward order, coloured by its reading; further runs as lines over the bars. */
export function saturationPicture([first, ...others]: readonly NamedRun[], width: number): Picture {
  const reading = readLayers(first.run);
  const { layers } = reading;
  const names = layers.map(({ layer }) => layer.name);
  const kinds = (Object.keys(readingLooks) as ReadingKind[]).filter((kind) =>
    layers.some((each) => each.kind === kind),
  );
  const sentence = verdict(reading, ({ name }) => axisName(name, 40), unicode).join(' ');
  const rotate = slant(names.length, width - 80);
  return {
    height: 400,
    title: `Saturation at ${perCentOf(first.run.settings.threshold)}: ${axisName(first.name, 60)}`,
    description: sentence,
    option: {
      legend: {
        top: 62,
        itemGap: 14,
        data: [
          ...kinds.map((kind) => readingLooks[kind].label),
          ...others.map(({ name }) => axisName(name, 40)),
        ],
        textStyle: { color: ink.text },
      },
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
      series: [
        // A series a reading, so that the legend names them all.
        ...kinds.map((kind) => ({
          type: 'bar',
          stack: 'saturation',
          name: readingLooks[kind].label,
          barMaxWidth: 48,
          barCategoryGap: names.length > 60 ? '8%' : '24%',
          itemStyle: { color: readingLooks[kind].color },
          data: layers.map((each) => (each.kind === kind ? each.layer.saturation : null)),
        })),
        ...others.map(({ name, run }, i) => {
          const byName = new Map(run.layers.map((layer) => [layer.name, layer.saturation]));
          return {
            type: 'line',
            name: axisName(name, 40),
            symbol: marks[i % marks.length],
            symbolSize: 5,
            lineStyle: { color: ink.text, width: 1.5, type: strokes[i % strokes.length] },
            itemStyle: { color: ink.text },
            data: names.map((layer) => byName.get(layer) ?? null),
          };
        }),
      ],
    },
  };
}

const perCentOf = (threshold: number): string =>
  percent(threshold, threshold > 0.99 && threshold < 1 ? 2 : 0);
