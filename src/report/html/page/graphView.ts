import type { GraphNode } from '../../../layers/layerGraph.js';
import { el, svg } from './dom.js';
import type { Model, View } from './model.js';
import { percent, shortName } from './words.js';

const STEP = 26;
const ROW = 22;
const TOP = 12;

/**
 * The network from top to bottom: a row a layer, grouped by module, coloured by saturation; arcs at the side are paths
 * that jump over layers, such as residual connections.
 */
export function graphView(model: Model): HTMLElement {
  const place = el('div', {
    class: 'scroll graph',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Graph of layers',
  });
  model.draws((view) => place.replaceChildren(drawing(model, view)));
  return el(
    'section',
    { 'aria-labelledby': 'graph' },
    el('h2', { id: 'graph' }, 'Network'),
    el(
      'p',
      { class: 'faint' },
      'Layers in forward order, darker where more saturated. Arcs are paths that jump over layers; dots are where paths meet.',
    ),
    place,
  );
}

/** From white over blue: a scale that people with any colour vision read, and that prints. */
export function shade(saturation: number | null): string {
  if (saturation === null) return '#e69f00';
  const mix = (from: number, to: number) => Math.round(from + (to - from) * saturation);
  return `rgb(${mix(232, 0)},${mix(241, 60)},${mix(250, 110)})`;
}

function drawing(model: Model, { runs, current, layer: chosen }: View): SVGElement {
  const { run } = runs[current];
  const layers = new Map(run.layers.map((layer) => [layer.name, layer]));
  const nodes: readonly GraphNode[] =
    run.graph ??
    run.layers.map(({ name, op }, i) => ({
      id: name,
      op,
      inputs: i === 0 ? ['input'] : [run.layers[i - 1].name],
    }));
  const rows = new Map(nodes.map(({ id }, i) => [id, i]));
  const y = (row: number) => TOP + row * ROW + ROW / 2;
  const arcs = nodes.flatMap(({ inputs }, row) =>
    inputs.flatMap((input) => {
      const from = rows.get(input);
      return from === undefined ? [] : [{ from, to: row }];
    }),
  );
  const longest = Math.min(
    10,
    Math.max(1, ...arcs.map(({ from, to }) => Math.ceil(Math.sqrt(to - from - 1)))),
  );
  const left = 24 + longest * 14;
  const width = left + 620;
  const height = TOP * 2 + nodes.length * ROW;
  const picture = svg('svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'group',
    'aria-label': 'Layers and the paths between them',
  });
  let module = '';
  nodes.forEach(({ id }, row) => {
    const own = layers.has(id) ? id.split('.').slice(0, -1).join('.') : module;
    if (own !== module || row === 0) {
      module = own;
      const label = svg(
        'text',
        { x: width - 8, y: y(row) + 4, 'text-anchor': 'end', class: 'module' },
        shortName(own, 26),
      );
      if (own !== '') picture.append(label);
      if (row > 0)
        picture.append(
          svg('line', { x1: left, x2: width, y1: y(row) - ROW / 2, y2: y(row) - ROW / 2, class: 'rule' }),
        );
    }
  });
  for (const { from, to } of arcs) picture.append(arc(left, y(from), y(to), to - from));
  nodes.forEach((node, row) => {
    const layer = layers.get(node.id);
    if (!layer) {
      const dot = svg('circle', { cx: left, cy: y(row), r: 4, class: 'join' });
      dot.append(svg('title', {}, `${node.op}: paths meet`));
      picture.append(dot);
      return;
    }
    picture.append(box(model, layer.name, layer.saturation, layer.name === chosen, left, y(row)));
  });
  return picture;
}

function arc(x: number, from: number, to: number, span: number): SVGElement {
  if (span <= 1) return svg('line', { x1: x, x2: x, y1: from, y2: to, class: 'edge' });
  const reach = Math.min(10, Math.ceil(Math.sqrt(span - 1))) * 14;
  return svg('path', {
    d: `M${x} ${from} C${x - reach} ${from} ${x - reach} ${to} ${x} ${to}`,
    class: 'edge skip',
  });
}

function box(
  model: Model,
  name: string,
  saturation: number | null,
  isChosen: boolean,
  x: number,
  y: number,
): SVGElement {
  const text = saturation === null ? 'no number' : percent(saturation);
  const group = svg('g', {
    class: `layer${isChosen ? ' chosen' : ''}`,
    tabindex: 0,
    role: 'button',
    'aria-label': `${text} ${name}`,
  });
  const meter = 120;
  group.append(
    svg('title', {}, `${text} ${name}`),
    svg('rect', { x: x - 7, y: y - 7, width: 14, height: 14, rx: 3, fill: shade(saturation), class: 'mark' }),
    svg('rect', { x: x + STEP - 10, y: y - 7, width: meter, height: 14, class: 'track' }),
    svg('rect', { x: x + STEP - 10, y: y - 7, width: meter * (saturation ?? 0), height: 14, class: 'fill' }),
    svg('text', { x: x + STEP + meter, y: y + 4 }, `${text} ${shortName(name, 40)}`),
  );
  const choose = () => model.show({ layer: name });
  group.addEventListener('click', choose);
  group.addEventListener('keydown', (event) => {
    if (event instanceof KeyboardEvent && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      choose();
    }
  });
  return group;
}
