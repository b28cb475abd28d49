import type { Compression } from '../../compress/results.js';
import { percent } from '../../text/numbers.js';
import { axisName, axisStyle, ink, labelInterval, perCent, slant } from '../charts/look.js';
import type { Picture } from '../charts/picture.js';

/** The share of its directions and of its operations that each layer keeps. */
export function compressionPicture({ model, layers, macs, accuracy, fidelity }: Compression): Picture {
  const names = layers.map(({ name }) => name);
  const rotate = slant(names.length, 880);
  const kept = layers.map(({ kept: count, features }) =>
    count === null || !features ? null : count / features,
  );
  const operations = layers.map(({ macs: { before, after } }) =>
    before === null || after === null || before === 0 ? null : after / before,
  );
  const lost = accuracy
    ? `accuracy ${percent(accuracy.before, 2)} before, ${percent(accuracy.after, 2)} after`
    : `largest output the same in ${fidelity.agreement === null ? '?' : percent(fidelity.agreement, 2)}`;
  return {
    height: 400,
    title: `What is kept of ${axisName(model.path, 60)}`,
    description: `${percent(macs.after / macs.before)} of the MACs; ${lost}.`,
    option: {
      legend: { top: 62, itemGap: 14, textStyle: { color: ink.text } },
      grid: { left: 52, right: 16, top: 94, bottom: rotate === 0 ? 32 : 104 },
      xAxis: {
        ...axisStyle,
        type: 'category',
        data: names.map((name) => axisName(name, 18)),
        axisLabel: { ...axisStyle.axisLabel, rotate, interval: labelInterval(names.length, 880) },
      },
      yAxis: {
        ...axisStyle,
        type: 'value',
        min: 0,
        axisLabel: { ...axisStyle.axisLabel, formatter: perCent },
      },
      series: [
        {
          type: 'bar',
          name: 'directions kept',
          barMaxWidth: 22,
          itemStyle: { color: ink.accent },
          data: kept,
        },
        {
          type: 'bar',
          name: 'MACs left',
          barMaxWidth: 22,
          itemStyle: { color: ink.second },
          data: operations,
        },
      ],
    },
  };
}
