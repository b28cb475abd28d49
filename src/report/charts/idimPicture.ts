import { axisName, axisStyle, ink, layersAxis } from './look.js';
import type { NamedRun, Picture } from './picture.js';
import { layersGrid } from './saturationBars.js';

/** How many directions each layer has, and how many of them the variance takes. */
export function idimPicture([{ name: title, run }]: readonly NamedRun[], width: number): Picture {
  const { layers } = run;
  const bar = { type: 'bar', barMaxWidth: 48, barGap: '-100%' };
  return {
    height: 400,
    title: `Intrinsic dimensionality: ${axisName(title, 60)}`,
    description: `Of each layer's features, the directions that explain ${100 * run.settings.threshold} % of the variance.`,
    option: {
      legend: { top: 62, data: ['features', 'directions'], textStyle: { color: ink.text } },
      grid: { ...layersGrid(layers.length, width), left: 64 },
      xAxis: layersAxis(
        layers.map(({ name }) => name),
        width - 80,
        ink,
      ),
      yAxis: { ...axisStyle, type: 'value', min: 0 },
      series: [
        {
          ...bar,
          name: 'features',
          itemStyle: { color: '#cfd8e0' },
          data: layers.map(({ features }) => features),
        },
        {
          ...bar,
          name: 'directions',
          itemStyle: { color: ink.accent },
          data: layers.map(({ intrinsicDimensionality }) => intrinsicDimensionality),
        },
      ],
    },
  };
}
