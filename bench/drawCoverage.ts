import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Row } from './coverage.js';
import { axisStyle, draw, ink } from './delve.js';

/*
 * The picture of docs/samples.md, from what `coverage.js --out` wrote:
 *
 *   node bench/dist/bench/drawCoverage.js --out docs/images/samples.svg 'a CNN'=cnn.json 'an LSTM and a GRU'=rnn.json
 */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string' } } });
if (values.out === undefined || positionals.length === 0) throw new Error('give --out and <name>=<file>');
const colors = [ink.accent, ink.second, '#009e73'];
const WIDTH = 860;

const networks = await Promise.all(
  positionals.map(async (text) => {
    const at = text.indexOf('=');
    const rows: Row[] = JSON.parse(await readFile(text.slice(at + 1), 'utf8'));
    return { name: text.slice(0, at), rows };
  }),
);

/** Over the layers of a network, the largest at each number of samples. */
function worst(rows: readonly Row[], of: (row: Row) => number): (readonly [number, number])[] {
  return [...new Set(rows.map(({ samples }) => samples))].map((samples) => [
    samples,
    Math.max(...rows.filter((row) => row.samples === samples).map((row) => 100 * of(row))),
  ]);
}

const half = (WIDTH - 150) / 2;
const x = {
  ...axisStyle,
  type: 'log',
  min: 100,
  max: 3000,
  name: 'samples',
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
const line = (data: (readonly [number, number])[], i: number, axis: number) => ({
  type: 'line',
  name: networks[i].name,
  data,
  ...{ xAxisIndex: axis, yAxisIndex: axis },
  symbolSize: 7,
  lineStyle: { color: colors[i], width: 2 },
  itemStyle: { color: colors[i] },
});
const counts = networks.flatMap(({ rows }) => rows.map((row) => row.draws));
const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
const draws = fewest === most ? `${most}` : `${fewest} to ${most}`;
const drawn = draw(
  {
    height: 380,
    title: 'How well saturation is known, by the number of samples',
    description: `Of each network the layer that is known worst, over ${draws} draws: how far its saturation lies from that of all samples in the middle, and half of the 95 % interval that a run gives.`,
    option: {
      legend: { bottom: 4, itemWidth: 18, textStyle: { color: ink.text, fontSize: 12 } },
      grid: [
        { left: 56, width: half, top: 96, bottom: 84 },
        { right: 24, width: half, top: 96, bottom: 84 },
      ],
      xAxis: [x, { ...x, gridIndex: 1 }],
      yAxis: [
        { ...y, name: 'off in the middle, points' },
        { ...y, gridIndex: 1, name: 'half an interval, points' },
      ],
      series: networks.flatMap(({ rows }, i) => [
        line(
          worst(rows, ({ bias }) => Math.abs(bias)),
          i,
          0,
        ),
        line(
          worst(rows, ({ halfWidth }) => halfWidth),
          i,
          1,
        ),
      ]),
    },
  },
  WIDTH,
);
await writeFile(values.out, drawn);
