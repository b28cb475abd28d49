import { axisName, axisStyle, ink, namedBelow, perCent, shareAxis } from './look.js';
import type { NamedRun, Picture } from './picture.js';
import { shade } from './shade.js';

/** Below this share of the largest, eigenvalues are not drawn: most of them are rounding. */
const LEAST = 1e-8;

/**
 * The spectra of all layers, each eigenvalue as a share of the layer's largest over the share of directions before it,
 * the first layer light and the last dark; and their cumulative variance, with the threshold.
 */
export function spectrumPicture([{ name: title, run }]: readonly NamedRun[], width: number): Picture {
  const layers = run.layers.filter(({ eigenvalues }) => (eigenvalues[0] ?? 0) > 0);
  const { threshold } = run.settings;
  const color = (i: number) => shade(0.25 + (0.75 * i) / Math.max(1, layers.length - 1));
  const lines = layers.flatMap(({ name, eigenvalues }, i) => {
    const total = eigenvalues.reduce((sum, value) => sum + value, 0);
    let reached = 0;
    const at = (k: number) => (k + 1) / eigenvalues.length;
    const common = {
      type: 'line',
      name: axisName(name, 40),
      showSymbol: eigenvalues.length === 1,
      lineStyle: { color: color(i), width: 1.4 },
      itemStyle: { color: color(i) },
    };
    return [
      {
        ...common,
        data: eigenvalues.flatMap((value, k) =>
          value >= LEAST * eigenvalues[0] ? [[at(k), value / eigenvalues[0]]] : [],
        ),
      },
      {
        ...common,
        ...{ xAxisIndex: 1, yAxisIndex: 1 },
        data: eigenvalues.map((value, k) => {
          reached += value;
          return [at(k), reached / total];
        }),
      },
    ];
  });
  const half = (width - 150) / 2;
  const x = {
    ...axisStyle,
    type: 'value',
    min: 0,
    max: 1,
    ...namedBelow('share of directions'),
    splitLine: { show: false },
  };
  const percentLabel = { ...axisStyle.axisLabel, formatter: perCent };
  const cut = {
    type: 'line',
    ...{ xAxisIndex: 1, yAxisIndex: 1 },
    data: [],
    markLine: {
      symbol: 'none',
      silent: true,
      label: { formatter: `${100 * threshold} %`, position: 'insideStartTop', color: ink.second },
      lineStyle: { color: ink.second, type: 'dashed' },
      data: [{ yAxis: threshold }],
    },
  };
  return {
    height: 400,
    title: `Spectra: ${axisName(title, 60)}`,
    description:
      'Eigenvalues of each layer’s covariance relative to the largest, and their cumulative variance; first layers light, last dark.',
    option: {
      grid: [
        { left: 64, width: half, top: 86, bottom: 56 },
        { right: 20, width: half, top: 86, bottom: 56 },
      ],
      xAxis: [
        { ...x, axisLabel: percentLabel },
        { ...x, gridIndex: 1, axisLabel: percentLabel },
      ],
      yAxis: [
        {
          ...axisStyle,
          type: 'log',
          name: 'eigenvalue ÷ largest',
          min: LEAST,
          max: 1,
          axisLabel: {
            ...axisStyle.axisLabel,
            formatter: (value: number) => (value === 1 ? '1' : `10${superscript(Math.log10(value))}`),
          },
          nameTextStyle: { ...axisStyle.nameTextStyle, align: 'left' },
        },
        { ...shareAxis(ink), gridIndex: 1, name: 'cumulative variance' },
      ],
      series: [...lines, cut],
    },
  };
}

/** −3 → ⁻³ */
const superscript = (exponent: number): string =>
  [...String(Math.round(exponent))]
    .map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]))
    .join('');
