import type { LayerReading } from '../../../readings/reading.js';
import { readingLooks } from '../../charts/palette.js';
import { directionsInWords } from '../../mostDirections.js';
import { el } from './dom.js';
import type { Model, View } from './model.js';
import { reveal, rove } from './roving.js';
import { compact, number, percent, shortener } from './words.js';

/** As in the style sheet. */
const STACKED = '(max-width: 900px)';
const byName = new Intl.Collator('en', { numeric: true });

interface Column {
  readonly title: string;
  readonly value: (reading: LayerReading, index: number) => number | string | null;
  readonly cell: (reading: LayerReading, index: number) => string | Node;
  readonly isText?: boolean;
}

const columns: readonly Column[] = [
  { title: '#', value: (_, i) => i, cell: (_, i) => String(i + 1) },
  { title: 'layer', value: ({ layer }) => layer.name, cell: ({ layer }) => layer.name, isText: true },
  { title: 'operator', value: ({ layer }) => layer.op, cell: ({ layer }) => layer.op, isText: true },
  { title: 'features', value: ({ layer }) => layer.features, cell: ({ layer }) => String(layer.features) },
  {
    title: 'directions',
    value: ({ layer }) => layer.intrinsicDimensionality,
    cell: ({ layer }) => directionsInWords(layer),
  },
  { title: 'saturation', value: ({ layer }) => layer.saturation, cell: bar },
  {
    title: 'reading',
    value: ({ kind }) => kind,
    cell: ({ kind }) => readingLooks[kind].label,
    isText: true,
  },
  {
    title: 'effective rank',
    value: ({ layer }) => layer.effectiveRank,
    cell: ({ layer }) => number(layer.effectiveRank),
  },
  {
    title: 'observations',
    value: ({ layer }) => layer.observations,
    cell: ({ layer }) => compact(layer.observations),
  },
  {
    title: 'parameters',
    value: ({ layer }) => layer.parameters ?? null,
    cell: ({ layer }) => (layer.parameters === undefined ? '–' : compact(layer.parameters)),
  },
];

function bar({ layer, kind }: LayerReading): Node {
  const { saturation } = layer;
  if (saturation === null) return el('span', {}, '–');
  const fill = `width:${(100 * saturation).toFixed(1)}%;background:${readingLooks[kind].color}`;
  return el(
    'span',
    { class: 'meter' },
    el('span', { class: 'track', 'aria-hidden': 'true' }, el('span', { class: 'fill', style: fill })),
    el('span', { class: 'value' }, percent(saturation)),
  );
}

/** All layers with their numbers: sorted by any column, searched, filtered by reading; a row chooses its layer. */
export function layerTable(model: Model): HTMLElement {
  let order = { column: 0, isDown: false };
  const search = el('input', {
    type: 'search',
    placeholder: 'name, operator, reading',
    'aria-label': 'Search layers',
  });
  const filter = el('select', { 'aria-label': 'Reading' });
  const heads = columns.map(({ title, isText }, column) => {
    const button = el('button', { type: 'button' }, title);
    button.addEventListener('click', () => {
      order = { column, isDown: order.column === column && !order.isDown };
      draw(model.view);
    });
    return el('th', { scope: 'col', class: isText ? 'text' : undefined }, button);
  });
  const body = el('tbody');
  const count = el('p', { class: 'faint', role: 'status' });
  const table = el(
    'table',
    {},
    el('caption', { class: 'hidden' }, 'Layers in forward order with their statistics'),
    el('thead', {}, el('tr', {}, ...heads)),
    body,
  );

  function fillFilter({ runs, current }: View): void {
    const kinds = [...new Set(runs[current].readings.map(({ kind }) => kind))];
    const chosen = filter.value;
    const options = kinds.map((kind) => el('option', { value: kind }, readingLooks[kind].label));
    filter.replaceChildren(el('option', { value: '' }, 'all readings'), ...options);
    filter.value = kinds.some((kind) => kind === chosen) ? chosen : '';
  }

  function draw(view: View): void {
    const { readings } = view.runs[view.current];
    const wanted = search.value.toLowerCase();
    const column = columns[order.column];
    const rows = readings
      .map((reading, index) => ({ reading, index, key: column.value(reading, index) }))
      .filter(({ reading: { layer, kind } }) => {
        const text = `${layer.name} ${layer.op} ${readingLooks[kind].label}`.toLowerCase();
        return text.includes(wanted) && (filter.value === '' || kind === filter.value);
      })
      .sort((a, b) => compare(a.key, b.key, order.isDown ? -1 : 1));
    heads.forEach((head, i) => {
      const direction = order.isDown ? 'descending' : 'ascending';
      head.setAttribute('aria-sort', i === order.column ? direction : 'none');
    });
    const short = shortener(
      readings.map(({ layer }) => layer.name),
      44,
    );
    const isThere = rows.some(({ reading }) => reading.layer.name === view.layer);
    body.replaceChildren(
      ...rows.map(({ reading, index }, i) => {
        const isChosen = reading.layer.name === view.layer;
        return row(model, reading, index, isChosen, isThere ? isChosen : i === 0, short);
      }),
    );
    count.textContent = rows.length === readings.length ? '' : `${rows.length} of ${readings.length} layers`;
  }

  search.addEventListener('input', () => draw(model.view));
  filter.addEventListener('change', () => draw(model.view));
  const box = el('div', { class: 'scroll', role: 'region', 'aria-label': 'Table of layers' }, table);
  rove(body, 'th button');
  model.draws((view) => {
    fillFilter(view);
    draw(view);
    reveal(box, body.querySelector('tr.chosen'));
  });
  return el(
    'section',
    { 'aria-labelledby': 'layers' },
    el('h2', { id: 'layers' }, 'Layers'),
    el('div', { class: 'controls' }, search, filter, count),
    box,
  );
}

function row(
  model: Model,
  reading: LayerReading,
  index: number,
  isChosen: boolean,
  isTabStop: boolean,
  short: (name: string) => string,
): HTMLElement {
  const { name } = reading.layer;
  const cells = columns.map(({ cell, isText, title }) => {
    if (title !== 'layer') return el('td', { class: isText ? 'text' : undefined }, cell(reading, index));
    const button = el(
      'button',
      { type: 'button', title: name, 'aria-pressed': String(isChosen), tabindex: isTabStop ? 0 : -1 },
      short(name),
    );
    return el('th', { scope: 'row', class: 'text' }, button);
  });
  const line = el('tr', { class: isChosen ? 'chosen' : undefined }, ...cells);
  line.addEventListener('click', () => {
    model.show({ layer: name });
    // The row was drawn again: whoever came by keyboard stays where they were.
    const pressed = document.querySelector<HTMLElement>('tr.chosen th button');
    pressed?.focus({ preventScroll: true });
    // Where the details stand below the table, choosing would otherwise show nothing.
    if (matchMedia(STACKED).matches) document.querySelector('.details')?.scrollIntoView();
  });
  return line;
}

/** What has no value comes last either way. */
function compare(a: number | string | null, b: number | string | null, sign: 1 | -1): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'string' || typeof b === 'string') return sign * byName.compare(String(a), String(b));
  return sign * (a - b);
}
