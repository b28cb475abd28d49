import type { Compression } from '../../compress/results.js';
import { percent } from '../../text/numbers.js';
import { axisName, ink, layersAxis, shareAxis } from '../charts/look.js';
import type { Picture } from '../charts/picture.js';
import { layersGrid } from '../charts/saturationBars.js';

const WIDTH = 960;

/** The share of its directions and of its operations that each layer keeps. */
export function compressionPicture({ model, layers, macs, accuracy, fidelity }: Compression): Picture {
  const names = layers.map(({ name }) => name);
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
      grid: layersGrid(names.length, WIDTH),
      xAxis: layersAxis(names, WIDTH - 80, ink),
      yAxis: { ...shareAxis(ink), max: undefined },
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
