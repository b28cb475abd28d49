import type { LayerReading } from '../../../readings/reading.js';
import type { Run, RunLayer } from '../../../run/schema.js';
import { countingRule } from '../../../run/storedRule.js';
import { recut } from '../../../stats/saturation.js';
import type { LayerUncertainty } from '../../../stats/uncertainty.js';
import { readingLooks } from '../../charts/palette.js';
import { multiplications, partOf } from '../cost.js';
import { Chart } from './charts.js';
import { el } from './dom.js';
import type { Model, View } from './model.js';
import { cumulative, describeSpectrum, spectrumOption } from './spectrum.js';
import { compact, number, percent, sentence, share, shortName } from './words.js';

const CUTS = [0.9, 0.95, 0.99, 0.999];

/** Everything about the chosen layer. */
export function details(model: Model): HTMLElement {
  const spectrum = new Chart('spectrum');
  const heading = el('h2', { id: 'layer' });
  const summary = el('p');
  const cuts = el('table', { class: 'small' });
  const numbers = el('dl');
  const warnings = el('ul', { class: 'warnings' });
  const values = eigenvalueTable(model);
  model.draws((view) => {
    const reading = chosen(view);
    if (!reading) return;
    const { layer, kind } = reading;
    heading.textContent = shortName(layer.name, 60);
    heading.title = layer.name;
    summary.textContent = sentence(
      layer.saturation === null
        ? `${readingLooks[kind].label}: no number could be computed.`
        : `${readingLooks[kind].label}: ${layer.intrinsicDimensionality} of ${layer.features} directions explain ${share(view.threshold)} of the variance, ${percent(layer.saturation)}.`,
    );
    spectrum.element.hidden = layer.eigenvalues.length === 0;
    spectrum.draw(spectrumOption(reading, view), describeSpectrum(reading, view));
    const { run } = view.runs[view.current];
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
    values,
  );
}

function chosen({ runs, current, layer }: View): LayerReading | undefined {
  const { readings } = runs[current];
  return readings.find(({ layer: { name } }) => name === layer) ?? readings[0];
}

function cutRows({ layer }: LayerReading, { settings }: Run): HTMLElement[] {
  const rows = CUTS.map((threshold) => {
    const cut = recut(layer.eigenvalues, layer.features, threshold, countingRule(settings.idimRule));
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, share(threshold)),
      el('td', {}, cut ? String(cut.intrinsicDimensionality) : '–'),
      el('td', {}, cut ? percent(cut.saturation) : '–'),
    );
  });
  return [head('variance', 'directions', 'saturation'), el('tbody', {}, ...rows)];
}

const head = (...titles: string[]): HTMLElement =>
  el('thead', {}, el('tr', {}, ...titles.map((title) => el('th', { scope: 'col' }, title))));

/** How well the numbers are known, where that was told. */
function known(uncertainty: LayerUncertainty | undefined): [term: string, text: string][] {
  if (!uncertainty) return [];
  const { saturation, intrinsicDimensionality: directions, effectiveRank: rank } = uncertainty;
  return [
    ['saturation, 95 %', `${percent(saturation.interval[0])} to ${percent(saturation.interval[1])}`],
    ['directions, 95 %', `${directions.interval[0]} to ${directions.interval[1]}`],
    ['directions that few samples hide', number(Math.max(0, -directions.bias))],
    ['effective rank, 95 %', `${number(rank.interval[0])} to ${number(rank.interval[1])}`],
  ];
}

/** How large the values are, where that was asked for. */
function magnitudes({ magnitudes: told }: RunLayer): [term: string, text: string][] {
  if (!told) return [];
  return [
    ['largest magnitude', number(told.largest)],
    ['infinite as float16', `${compact(told.beyondFloat16)} of ${compact(told.values)} values`],
  ];
}

function facts({ layer }: LayerReading, run: Run): [term: string, text: string][] {
  const { parameters } = layer;
  const products = multiplications(run, layer);
  const ofAll = (value: number | undefined, all: readonly (number | undefined)[]) =>
    value === undefined ? '–' : `${compact(value)} (${percent(partOf(value, all) ?? 0)} of all)`;
  return [
    ...known(layer.uncertainty),
    ...magnitudes(layer),
    ['operator', layer.op],
    ['node', layer.node || '–'],
    ['output', layer.output],
    ['weight', layer.weightShape?.join(' × ') ?? '–'],
    [
      'parameters',
      ofAll(
        parameters,
        run.layers.map((each) => each.parameters),
      ),
    ],
    [
      'multiplications a sample',
      ofAll(
        products && Math.round(products),
        run.layers.map((each) => multiplications(run, each)),
      ),
    ],
    ['features', String(layer.features)],
    ['observations', String(layer.observations)],
    ['trace', number(layer.trace)],
    ['sum of eigenvalues', number(layer.diagonalTrace)],
    ['effective rank', number(layer.effectiveRank)],
    ['participation ratio', number(layer.participationRatio)],
    ['log-determinant', number(layer.logDeterminant)],
    ['determinant', number(layer.determinant)],
    ['dead features', String(layer.deadFeatures ?? '–')],
    ...(layer.rankLimit === undefined
      ? []
      : [['directions possible', String(layer.rankLimit)] satisfies [string, string]]),
    ...(layer.measuredAt === 'input' ? [['measured at', 'its input'] satisfies [string, string]] : []),
  ];
}

/** What the chart shows, as a table for those who cannot see it; filled once it is opened. */
function eigenvalueTable(model: Model): HTMLElement {
  const body = el('tbody');
  const table = el('table', {}, head('direction', 'eigenvalue', 'cumulative'), body);
  const box = el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Eigenvalues' }, table);
  const whole = el('details', { class: 'values' }, el('summary', {}, 'Eigenvalues as a table'), box);
  const fill = (view: View) => {
    const eigenvalues = whole.open ? (chosen(view)?.layer.eigenvalues ?? []) : [];
    const shares = cumulative(eigenvalues);
    body.replaceChildren(
      ...eigenvalues.map((value, i) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, String(i + 1)),
          el('td', {}, number(value)),
          el('td', {}, percent(shares[i], 2)),
        ),
      ),
    );
  };
  whole.addEventListener('toggle', () => fill(model.view));
  model.draws(fill);
  return whole;
}
