import { UserError } from '../../errors.js';
import { printable } from '../../text/printable.js';
import { axisName, ink } from './look.js';
import type { NamedRun, Picture } from './picture.js';
import { scatterAxis, scatterSeries } from './scatter.js';

const CELL = { least: 200, height: 190, gap: 16, head: 22 } as const;
const TOP = 96;

/** Each layer's samples of the first run in the plane of its first two eigenvectors, by class: one small drawing a layer. */
export function embeddingPicture([first]: readonly NamedRun[], width: number): Picture {
  const { name, run, embedding } = first;
  if (!embedding) {
    throw new UserError(
      `the run ${printable(name)} has no embedding to draw: analyze again with --embedding`,
    );
  }
  const layers = run.layers.flatMap((layer) => {
    const coordinates = embedding.layers.get(layer.name);
    return coordinates ? [{ name: layer.name, coordinates }] : [];
  });
  const columns = Math.max(
    1,
    Math.min(layers.length, Math.floor((width - CELL.gap) / (CELL.least + CELL.gap))),
  );
  const cell = (width - CELL.gap) / columns - CELL.gap;
  const places = layers.map((_, i) => ({
    left: CELL.gap + (i % columns) * (cell + CELL.gap),
    top: TOP + Math.floor(i / columns) * (CELL.height + CELL.gap + CELL.head) + CELL.head,
  }));
  const axis = scatterAxis(ink);
  const drawn = layers.map(({ coordinates }) => scatterSeries({ labels: embedding.labels, coordinates }, 3));
  return {
    height: TOP + Math.ceil(layers.length / columns) * (CELL.height + CELL.gap + CELL.head),
    title: `Samples along the first two directions: ${axisName(name, 50)}`,
    description: `${embedding.labels.length} samples in the plane of the first two eigenvectors of each of ${layers.length} layers; every drawing has a scale of its own.`,
    option: {
      legend: {
        top: 62,
        left: 8,
        itemGap: 12,
        data: [...new Set(drawn.flatMap((series) => series.map((each) => each.name)))],
        textStyle: { color: ink.text },
      },
      grid: places.map(({ left, top }) => ({
        left,
        top,
        width: cell,
        height: CELL.height,
        show: true,
        borderColor: ink.line,
      })),
      xAxis: places.map((_, gridIndex) => ({ ...axis, gridIndex })),
      yAxis: places.map((_, gridIndex) => ({ ...axis, gridIndex })),
      graphic: layers.map((layer, i) => ({
        type: 'text',
        left: places[i].left,
        top: places[i].top - CELL.head + 4,
        style: { text: axisName(layer.name, Math.floor(cell / 7)), fill: ink.text, fontSize: 12 },
      })),
      series: drawn.flatMap((series, i) => series.map((each) => ({ ...each, xAxisIndex: i, yAxisIndex: i }))),
    },
  };
}
