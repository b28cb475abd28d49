import { axisName, axisNames, axisStyle, ink, labelInterval, slant } from './look.js';
import type { NamedRun, Picture } from './picture.js';

/** How many directions each layer has, and how many of them the variance takes. */
export function idimPicture([{ name: title, run }]: readonly NamedRun[], width: number): Picture {
  const { layers } = run;
  const rotate = slant(layers.length, width - 80);
  const bar = { type: 'bar', barMaxWidth: 48, barGap: '-100%' };
  return {
    height: 400,
    title: `Intrinsic dimensionality: ${axisName(title, 60)}`,
    description: `Of each layer's features, the directions that explain ${100 * run.settings.threshold} % of the variance.`,
    option: {
      legend: { top: 62, data: ['features', 'directions'], textStyle: { color: ink.text } },
      grid: { left: 64, right: 16, top: 94, bottom: rotate === 0 ? 32 : 104 },
      xAxis: {
        ...axisStyle,
        type: 'category',
        data: axisNames(
          layers.map(({ name }) => name),
          18,
        ),
        axisLabel: { ...axisStyle.axisLabel, rotate, interval: labelInterval(layers.length, width - 80) },
      },
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
