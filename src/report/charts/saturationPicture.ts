import { verdict } from '../../readings/advice.js';
import { READING_THRESHOLD, readLayers } from '../../readings/layerReadings.js';
import { percent } from '../../text/numbers.js';
import { unicode } from '../../text/symbols.js';
import { axisName, ink, layersAxis, shareAxis } from './look.js';
import type { NamedRun, Picture } from './picture.js';
import { runLine } from './runLine.js';
import { layersGrid, saturationBars } from './saturationBars.js';

/** The saturation of every layer in forward order, coloured by its reading; further runs as lines over the bars. */
export function saturationPicture([first, ...others]: readonly NamedRun[], width: number): Picture {
  const reading = readLayers(first.run);
  const names = reading.layers.map(({ layer }) => layer.name);
  const { threshold } = first.run.settings;
  // The bound is one of the threshold that readings are made at.
  const tailBelow = threshold === READING_THRESHOLD ? reading.tailBelow : undefined;
  const bars = saturationBars(reading.layers, ink, { tailBelow });
  const sentence = verdict(reading, ({ name }) => axisName(name, 40), unicode).join(' ');
  return {
    height: 400,
    title: `Saturation at ${perCentOf(threshold)}: ${axisName(first.name, 60)}`,
    description: sentence,
    option: {
      legend: {
        top: 62,
        itemGap: 14,
        data: [...bars.legend, ...others.map(({ name }) => axisName(name, 40))],
        textStyle: { color: ink.text },
      },
      grid: layersGrid(names.length, width),
      xAxis: layersAxis(names, width - 80, ink),
      yAxis: shareAxis(ink),
      series: [
        ...bars.series,
        ...others.map(({ name, run }, i) => {
          const byName = new Map(run.layers.map((layer) => [layer.name, layer.saturation]));
          return {
            ...runLine(i, others.length, ink),
            name: axisName(name, 40),
            data: names.map((layer) => byName.get(layer) ?? null),
          };
        }),
      ],
    },
  };
}

const perCentOf = (threshold: number): string =>
  percent(threshold, threshold > 0.99 && threshold < 1 ? 2 : 0);
