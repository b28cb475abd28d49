import type { LayerReading } from '../../../check/readLayers.js';
import type { Run } from '../../../run/schema.js';
import { recut } from '../../../stats/saturation.js';
import { readingLooks } from '../../charts/palette.js';
import { Chart, inks } from './charts.js';
import { el } from './dom.js';
import type { Model, View } from './model.js';
import { compact, number, percent, share, shortName } from './words.js';

const CUTS = [0.9, 0.95, 0.99, 0.999];

/** Everything about the chosen layer. */
export function details(model: Model): HTMLElement {
  const spectrum = new Chart('spectrum');
  const heading = el('h2', { id: 'layer' });
  const summary = el('p');
  const cuts = el('table', { class: 'small' });
  const numbers = el('dl');
  const warnings = el('ul', { class: 'warnings' });
  model.draws((view) => {
    const { run, readings } = view.runs[view.current];
    const reading = readings.find(({ layer }) => layer.name === view.layer) ?? readings[0];
    if (!reading) return;
    const { layer, kind } = reading;
    heading.textContent = shortName(layer.name, 60);
    heading.title = layer.name;
    summary.textContent =
      layer.saturation === null
        ? `${readingLooks[kind].label}: no number could be computed.`
        : `${readingLooks[kind].label}: ${layer.intrinsicDimensionality} of ${layer.features} directions explain ${share(view.threshold)} of the variance, ${percent(layer.saturation)}.`;
    spectrum.draw(spectrumOption(reading, view), describe(reading, view));
    cuts.replaceChildren(...cutRows(reading, run));
    numbers.replaceChildren(
      ...facts(reading, run).flatMap(([term, text]) => [el('dt', {}, term), el('dd', {}, text)]),
    );
    warnings.replaceChildren(...layer.warnings.map((warning) => el('li', {}, warning)));
  });
  return el(
    'section',
    { 'aria-labelledby': 'layer', class: 'details' },
    heading,
    summary,
    warnings,
    spectrum.element,
    el('div', { class: 'columns' }, cuts, numbers),
  );
}

function cumulative(eigenvalues: readonly number[]): number[] {
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  let reached = 0;
  return eigenvalues.map((value) => {
    reached += value;
    return total === 0 ? 0 : reached / total;
  });
}

function spectrumOption({ layer }: LayerReading, { threshold }: View) {
  const { text, faint, line, surface, accent } = inks();
  const { eigenvalues, intrinsicDimensionality: cut } = layer;
  const shares = cumulative(eigenvalues);
  const axis = {
    nameTextStyle: { color: faint },
    axisLabel: { color: faint },
    axisLine: { lineStyle: { color: line } },
    splitLine: { show: false },
  };
  const cutLine = {
    symbol: 'none',
    silent: true,
    label: { show: false },
    lineStyle: { color: text, type: 'dashed' as const },
  };
  return {
    textStyle: { color: text },
    grid: { left: 72, right: 56, top: 36, bottom: 40 },
    legend: { data: ['eigenvalue', 'cumulative variance'], textStyle: { color: text }, top: 0 },
    tooltip: {
      trigger: 'axis' as const,
      renderMode: 'richText' as const,
      backgroundColor: surface,
      borderColor: line,
      textStyle: { color: text },
      formatter: (items: unknown) => {
        const index = Array.isArray(items) ? Number(items[0]?.dataIndex) : 0;
        return `direction ${index + 1}\neigenvalue ${number(eigenvalues[index])}\ncumulative ${percent(shares[index] ?? 0, 2)}`;
      },
    },
    xAxis: {
      ...axis,
      type: 'category' as const,
      data: eigenvalues.map((_, i) => i + 1),
      name: 'direction',
      nameLocation: 'middle' as const,
      nameGap: 26,
    },
    yAxis: [
      {
        ...axis,
        type: 'log' as const,
        name: 'eigenvalue',
        axisLabel: { color: faint, formatter: (v: number) => v.toExponential(0) },
      },
      {
        ...axis,
        type: 'value' as const,
        max: 1,
        min: 0,
        name: 'variance',
        axisLabel: { color: faint, formatter: (v: number) => `${Math.round(100 * v)} %` },
      },
    ],
    series: [
      {
        type: 'line' as const,
        name: 'eigenvalue',
        showSymbol: false,
        itemStyle: { color: accent },
        lineStyle: { color: accent, width: 2 },
        // A logarithm has no place for 0.
        data: eigenvalues.map((value) => (value > 0 ? value : null)),
        ...(cut ? { markLine: { ...cutLine, data: [{ xAxis: cut - 1 }] } } : {}),
      },
      {
        type: 'line' as const,
        name: 'cumulative variance',
        yAxisIndex: 1,
        showSymbol: false,
        itemStyle: { color: '#d55e00' },
        lineStyle: { color: '#d55e00', width: 2, type: 'dotted' as const },
        data: shares,
        markLine: { ...cutLine, data: [{ yAxis: threshold }] },
      },
    ],
  };
}

function describe({ layer }: LayerReading, { threshold }: View): string {
  return `Line chart: the ${layer.eigenvalues.length} eigenvalues of ${layer.name}, from ${number(layer.eigenvalues[0])} down to ${number(layer.eigenvalues.at(-1))}, and their cumulative share of the variance, which reaches ${share(threshold)} after ${layer.intrinsicDimensionality ?? 'no'} directions.`;
}

function cutRows({ layer }: LayerReading, { settings }: Run): HTMLElement[] {
  const head = el(
    'thead',
    {},
    el(
      'tr',
      {},
      ...['variance', 'directions', 'saturation'].map((title) => el('th', { scope: 'col' }, title)),
    ),
  );
  const rows = CUTS.map((threshold) => {
    const cut = recut(layer.eigenvalues, layer.features, threshold, settings.idimRule);
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, share(threshold)),
      el('td', {}, cut ? String(cut.intrinsicDimensionality) : '–'),
      el('td', {}, cut ? percent(cut.saturation) : '–'),
    );
  });
  return [head, el('tbody', {}, ...rows)];
}

function facts({ layer }: LayerReading, run: Run): [string, string][] {
  const all = run.layers.reduce((sum, { parameters = 0 }) => sum + parameters, 0);
  const { parameters } = layer;
  const cost =
    parameters === undefined
      ? '–'
      : `${compact(parameters)} (${percent(parameters / Math.max(1, all))} of all)`;
  return [
    ['operator', layer.op],
    ['node', layer.node || '–'],
    ['output', layer.output],
    ['weight', layer.weightShape?.join(' × ') ?? '–'],
    ['parameters', cost],
    ['observations', String(layer.observations)],
    ['trace', number(layer.trace)],
    ['effective rank', number(layer.effectiveRank)],
    ['participation ratio', number(layer.participationRatio)],
    ['log-determinant', number(layer.logDeterminant)],
    ['dead features', String(layer.deadFeatures ?? '–')],
    ...(layer.rankLimit === undefined
      ? []
      : [['directions possible', String(layer.rankLimit)] as [string, string]]),
    ...(layer.measuredAt === 'input' ? [['measured at', 'its input'] as [string, string]] : []),
  ];
}
