import { drawnText } from '../../charts/drawnText.js';
import { type Cell, shareHeatmap } from '../../charts/shareHeatmap.js';
import { Chart, inks, tipIn } from './charts.js';
import { el } from './dom.js';
import { alike, type Model, type View } from './model.js';
import { percent, shortener, shortName } from './words.js';

/** Several runs side by side: a heatmap layer × run, and the change from the first to the last. */
export function comparison(model: Model): HTMLElement | undefined {
  if (model.view.runs.length < 2) return undefined;
  const chart = new Chart('heatmap');
  const body = el('tbody');
  model.draws((view) => {
    const runs = alike(view);
    const names = layersOf(runs);
    chart.element.style.height = `${Math.max(220, 90 + 18 * names.length)}px`;
    chart.draw(option(runs, names), description(runs, names));
    body.replaceChildren(...changes(runs, names));
  });
  const heads = ['layer', 'first', 'last', 'change'].map((title) => el('th', { scope: 'col' }, title));
  return el(
    'section',
    { 'aria-labelledby': 'runs' },
    el('h2', { id: 'runs' }, 'Runs'),
    chart.element,
    el(
      'div',
      {
        class: 'scroll',
        tabindex: 0,
        role: 'region',
        'aria-label': 'Changes from the first run to the last',
      },
      el(
        'table',
        {},
        el('caption', {}, 'From the first run to the last, largest change first'),
        el('thead', {}, el('tr', {}, ...heads)),
        body,
      ),
    ),
  );
}

type Runs = View['runs'];

const layersOf = (runs: Runs): string[] => [
  ...new Set(runs.flatMap(({ run }) => run.layers.map(({ name }) => name))),
];

const saturationOf = ({ run }: Runs[number], name: string): number | null =>
  run.layers.find((layer) => layer.name === name)?.saturation ?? null;

function option(runs: Runs, names: readonly string[]) {
  const colors = inks();
  const cells = runs.flatMap(({ run }, column) => {
    const byName = new Map(run.layers.map(({ name, saturation }) => [name, saturation]));
    return names.flatMap((name, row): Cell[] => {
      const value = byName.get(name);
      return value === null || value === undefined ? [] : [[column, row, value]];
    });
  });
  return {
    textStyle: { color: colors.text },
    grid: { left: 190, right: 90, top: 12, bottom: 60 },
    tooltip: {
      ...tipIn(colors, 'item'),
      formatter: (item: unknown) => {
        const [column, row, value] = (item as { value: Cell }).value;
        return `${drawnText(shortName(names[row], 60))}\n${shortName(runs[column].name, 40)}: ${percent(value)}`;
      },
    },
    ...shareHeatmap(
      runs.map(({ name }) => name),
      names,
      cells,
      colors,
      { rotate: 30 },
    ),
  };
}

function description(runs: Runs, names: readonly string[]): string {
  return `Heatmap: saturation of ${names.length} layers in ${runs.length} runs. The table has the changes.`;
}

function changes(runs: Runs, names: readonly string[]): HTMLElement[] {
  const [first, last] = [runs[0], runs[runs.length - 1]];
  const short = shortener(names, 44);
  return names
    .map((name) => ({ name, from: saturationOf(first, name), to: saturationOf(last, name) }))
    .sort((a, b) => Math.abs((b.to ?? 0) - (b.from ?? 0)) - Math.abs((a.to ?? 0) - (a.from ?? 0)))
    .map(({ name, from, to }) => {
      const change =
        from === null || to === null
          ? '–'
          : `${to >= from ? '+' : '−'}${(100 * Math.abs(to - from)).toFixed(1)} points`;
      const shown = (value: number | null) => (value === null ? '–' : percent(value));
      return el(
        'tr',
        {},
        el('th', { scope: 'row', class: 'text', title: name }, short(name)),
        el('td', {}, shown(from)),
        el('td', {}, shown(to)),
        el('td', {}, change),
      );
    });
}
