import type { LayerReading } from '../../../readings/reading.js';
import { drawnText } from '../../charts/drawnText.js';
import { axesIn, namedBelow, shareAxis } from '../../charts/look.js';
import { runLine } from '../../charts/runLine.js';
import { inks, legendIn, tipIn } from './charts.js';
import { nearest, type View } from './model.js';
import { number, percent, share, shortName } from './words.js';

/** More lines than these tell nothing apart. */
const MOST_OTHERS = 6;

/** The parts of the variance that the first eigenvalues have, of all. */
export function cumulative(eigenvalues: readonly number[]): number[] {
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  let reached = 0;
  return eigenvalues.map((value) => {
    reached += value;
    return total === 0 ? 0 : reached / total;
  });
}

/** Eigenvalues from the largest down and their cumulative share, with the threshold and where it is met. */
export function spectrumOption({ layer }: LayerReading, view: View) {
  const colors = inks();
  const { text, accent, second } = colors;
  const { eigenvalues, intrinsicDimensionality: cut } = layer;
  const shares = cumulative(eigenvalues);
  const others = sameLayer(layer.name, view);
  const axis = { ...axesIn(colors), splitLine: { show: false } };
  const cutLine = {
    symbol: 'none',
    silent: true,
    label: { show: false },
    lineStyle: { color: text, type: 'dashed' as const },
  };
  const length = Math.max(eigenvalues.length, ...others.map((other) => other.eigenvalues.length));
  return {
    textStyle: { color: text },
    grid: { left: 60, right: 52, top: 56, bottom: 40 },
    legend: legendIn(colors),
    tooltip: {
      ...tipIn(colors, 'axis'),
      formatter: (items: unknown) => {
        const index = Array.isArray(items) ? Number(items[0]?.dataIndex) : 0;
        return [
          `direction ${index + 1}`,
          `eigenvalue ${number(eigenvalues[index])}`,
          `cumulative ${shares[index] === undefined ? '–' : percent(shares[index], 2)}`,
          ...others.map((other) => `${other.name}: ${number(other.eigenvalues[index])}`),
        ].join('\n');
      },
    },
    xAxis: {
      ...axis,
      type: 'category' as const,
      data: Array.from({ length }, (_, i) => i + 1),
      ...namedBelow('direction'),
    },
    yAxis: [
      {
        ...axis,
        type: 'log' as const,
        name: 'eigenvalue',
        axisLabel: { ...axis.axisLabel, formatter: (v: number) => v.toExponential(0) },
      },
      { ...shareAxis(colors), name: 'variance', splitLine: axis.splitLine },
    ],
    series: [
      {
        type: 'line' as const,
        name: 'eigenvalue',
        showSymbol: false,
        itemStyle: { color: accent },
        lineStyle: { color: accent, width: 2 },
        data: logarithmic(eigenvalues),
        ...(cut ? { markLine: { ...cutLine, data: [{ xAxis: cut - 1 }] } } : {}),
      },
      {
        type: 'line' as const,
        name: 'cumulative variance',
        yAxisIndex: 1,
        showSymbol: false,
        itemStyle: { color: second },
        lineStyle: { color: second, width: 2, type: 'dotted' as const },
        data: shares,
        markLine: { ...cutLine, data: [{ yAxis: view.threshold }] },
      },
      ...others.map((other, i) => ({
        ...runLine(i, others.length, colors),
        name: other.name,
        showSymbol: false,
        data: logarithmic(other.eigenvalues),
      })),
    ],
  };
}

/** The layer in the other runs: those nearest to the current one, where there are many. */
function sameLayer(name: string, view: View) {
  return nearest(view, MOST_OTHERS).flatMap((other) => {
    const layer = other.run.layers.find((each) => each.name === name);
    return layer ? [{ name: drawnText(shortName(other.name, 24)), eigenvalues: layer.eigenvalues }] : [];
  });
}

/** A logarithm has no place for 0. */
const logarithmic = (values: readonly number[]) => values.map((value) => (value > 0 ? value : null));

export function describeSpectrum({ layer }: LayerReading, { threshold }: View): string {
  const { eigenvalues, intrinsicDimensionality: cut, name } = layer;
  if (eigenvalues.length === 0) return `No eigenvalues of ${name}.`;
  return `Line chart: the ${eigenvalues.length} eigenvalues of ${name}, from ${number(eigenvalues[0])} down to ${number(eigenvalues.at(-1))}, and their cumulative share of the variance, which reaches ${share(threshold)} after ${cut ?? 'no'} directions. The table below has all of them.`;
}
