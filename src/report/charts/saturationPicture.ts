import { verdict } from '../../readings/advice.js';
import { readLayers } from '../../readings/layerReadings.js';
import { percent } from '../../text/numbers.js';
import { unicode } from '../../text/symbols.js';
import { axisName, ink, marks, strokes } from './look.js';
import type { NamedRun, Picture } from './picture.js';
import { layerAxes, saturationBars } from './saturationBars.js';

/** The saturation of every layer in forward order, coloured by its reading; further runs as lines over the bars. */
export function saturationPicture([first, ...others]: readonly NamedRun[], width: number): Picture {
  const reading = readLayers(first.run);
  const names = reading.layers.map(({ layer }) => layer.name);
  const bars = saturationBars(reading.layers);
  const sentence = verdict(reading, ({ name }) => axisName(name, 40), unicode).join(' ');
  return {
    height: 400,
    title: `Saturation at ${perCentOf(first.run.settings.threshold)}: ${axisName(first.name, 60)}`,
    description: sentence,
    option: {
      legend: {
        top: 62,
        itemGap: 14,
        data: [...bars.legend, ...others.map(({ name }) => axisName(name, 40))],
        textStyle: { color: ink.text },
      },
      ...layerAxes(names, width),
      series: [
        ...bars.series,
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
