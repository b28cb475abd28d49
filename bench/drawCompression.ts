import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Compression, Measured } from '../src/compress/results.js';
import { axisStyle, draw, ink } from './delve.js';

/*
 * The picture of real models in docs/compress.md, from what `delve compress --sweep … --control --json` printed of each:
 *
 *   node bench/dist/bench/drawCompression.js --out docs/images/compressed.svg yolov8n=yolo.json MiniLM=minilm.json
 */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
if (values.out === undefined || positionals.length === 0) throw new Error('give --out and <name>=<file>');
const colors = [ink.accent, ink.second, '#009e73', '#cc79a7'];
const WIDTH = 860;

const share = ({ before, after }: Measured['macs']): number => (100 * after) / before;
const error = ({ fidelity: { outputs } }: Measured): number => 100 * (outputs[0]?.relativeError ?? 0);

const models = await Promise.all(
  positionals.map(async (text) => {
    const at = text.indexOf('=');
    const result: Compression = JSON.parse(await readFile(text.slice(at + 1), 'utf8'));
    const rows = [result, ...(result.sweep ?? [])].toSorted((a, b) => share(b.macs) - share(a.macs));
    return { name: text.slice(0, at), rows, control: result.control };
  }),
);

const half = (WIDTH - 150) / 2;
const x = {
  ...axisStyle,
  type: 'value',
  min: 20,
  max: 100,
  name: 'MACs left, %',
  nameLocation: 'middle',
  nameGap: 26,
  splitLine: { show: false },
};
const y = {
  ...axisStyle,
  type: 'value',
  min: 0,
  nameTextStyle: { ...axisStyle.nameTextStyle, align: 'left' },
};
const line = (of: (row: Measured) => number, axis: number) =>
  models.map(({ name, rows }, i) => ({
    type: 'line',
    name,
    data: rows.map((row) => [share(row.macs), of(row)]),
    ...{ xAxisIndex: axis, yAxisIndex: axis },
    symbolSize: 7,
    lineStyle: { color: colors[i], width: 2 },
    itemStyle: { color: colors[i] },
  }));
const random = {
  type: 'scatter',
  name: 'as many random directions',
  symbol: 'diamond',
  symbolSize: 11,
  itemStyle: { color: ink.faint },
  data: models.flatMap(({ control }, i) =>
    control
      ? [
          {
            value: [share(control.macs), error(control)],
            itemStyle: { color: ink.surface, borderColor: colors[i], borderWidth: 2 },
          },
        ]
      : [],
  ),
};
const drawn = draw(
  {
    height: 400,
    title: 'What real models lose and gain',
    description:
      'Thresholds 0.99, 0.95 and 0.9, from right to left: the relative error of the first output, and the time, against the operations that are left.',
    option: {
      legend: { bottom: 4, itemWidth: 18, textStyle: { color: ink.text, fontSize: 12 } },
      grid: [
        { left: 56, width: half, top: 96, bottom: 84 },
        { right: 24, width: half, top: 96, bottom: 84 },
      ],
      xAxis: [x, { ...x, gridIndex: 1 }],
      yAxis: [
        { ...y, name: 'relative error, %' },
        { ...y, gridIndex: 1, name: 'time, % of before' },
      ],
      series: [...line(error, 0), random, ...line((row) => share(row.millisecondsPerSample), 1)],
    },
  },
  WIDTH,
);
await writeFile(values.out, drawn);
