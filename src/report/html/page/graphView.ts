import type { GraphNode } from '../../../layers/layerGraph.js';
import type { Run } from '../../../run/schema.js';
import { shade } from '../../charts/shade.js';
import { moduleRanges } from '../moduleRanges.js';
import { el, svg } from './dom.js';
import type { Model, View } from './model.js';
import { reveal, rove } from './roving.js';
import { percent, shortener, shortName } from './words.js';

const ROW = 22;
const TOP = 12;
const METER = 120;
/** How far the frame of a module lies inside that around it. */
const NEST = 6;

/**
 * The network from top to bottom: one row per layer, framed by module, coloured by saturation; arcs at the side are paths
 * that jump over layers, such as residual connections.
 */
export function graphView(model: Model): HTMLElement {
  const place = el('div', {
    class: 'scroll graph',
    role: 'region',
    'aria-label': 'Graph of layers: arrow keys move, Enter chooses',
  });
  rove(place, 'g.layer');
  const hint = el('p', { class: 'faint' });
  model.draws((view) => {
    const hadFocus = place.contains(document.activeElement);
    place.replaceChildren(drawing(model, view));
    hint.textContent = `Layers in forward order, darker where more saturated, framed by module. ${
      view.runs[view.current].run.graph
        ? 'Arcs are paths that jump over layers; dots are where paths meet.'
        : 'This run does not tell which paths lead around layers: analyse the model again to see them.'
    }`;
    const chosen = place.querySelector<SVGElement>('g.chosen');
    reveal(place, chosen);
    if (hadFocus) chosen?.focus({ preventScroll: true });
  });
  return el('section', { 'aria-labelledby': 'graph' }, el('h2', { id: 'graph' }, 'Network'), hint, place);
}

/** What the run says of its graph; a chain of its layers where it says nothing. */
const nodesOf = ({ graph, layers }: Run): readonly GraphNode[] =>
  graph ??
  layers.map(({ name, op }, i) => ({ id: name, op, inputs: i === 0 ? ['input'] : [layers[i - 1].name] }));

const y = (row: number): number => TOP + row * ROW + ROW / 2;

function drawing(model: Model, { runs, current, layer: chosen }: View): SVGElement {
  const { run } = runs[current];
  const layers = new Map(run.layers.map((layer) => [layer.name, layer]));
  const nodes = nodesOf(run);
  const rows = new Map(nodes.map(({ id }, i) => [id, i]));
  const arcs = nodes.flatMap(({ inputs }, row) =>
    inputs.flatMap((input) => {
      const from = rows.get(input);
      return from === undefined ? [] : [{ from, to: row }];
    }),
  );
  const left = 14 + Math.max(0, ...arcs.map(({ from, to }) => reach(to - from)));
  const width = left + 620;
  const height = TOP * 2 + nodes.length * ROW;
  const picture = svg('svg', {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: 'group',
    'aria-label': 'Layers and the paths between them',
  });
  picture.append(...frames(nodes, layers, left, width));
  for (const { from, to } of arcs) picture.append(arc(left, y(from), y(to), to - from));
  const stop = chosen !== undefined && rows.has(chosen) ? chosen : nodes.find(({ id }) => layers.has(id))?.id;
  const short = shortener([...layers.keys()], 32);
  nodes.forEach((node, row) => {
    const layer = layers.get(node.id);
    if (!layer) {
      const dot = svg('circle', { cx: left, cy: y(row), r: 4, class: 'join' });
      dot.append(svg('title', {}, `${node.op}: paths meet`));
      picture.append(dot);
      return;
    }
    const { name, saturation } = layer;
    const group = box(name, short(name), saturation, left, y(row));
    group.setAttribute('class', `layer${name === chosen ? ' chosen' : ''}`);
    group.setAttribute('aria-pressed', String(name === chosen));
    group.setAttribute('tabindex', name === stop ? '0' : '-1');
    onChoice(group, () => model.show({ layer: name }));
    picture.append(group);
  });
  return picture;
}

function frames(
  nodes: readonly GraphNode[],
  layers: ReadonlyMap<string, unknown>,
  left: number,
  width: number,
): SVGElement[] {
  const ranges = moduleRanges(nodes.map(({ id }) => (layers.has(id) ? id : undefined)));
  return ranges.flatMap(({ name, depth, from, to }) => {
    const inset = depth * NEST;
    const frame = svg('rect', {
      x: left + 12,
      y: y(from) - ROW / 2 + 1 + Math.min(2, depth),
      width: width - left - 14 - inset,
      height: (to - from + 1) * ROW - 2 - 2 * Math.min(2, depth),
      rx: 5,
      class: 'frame',
    });
    const at = { x: width - 10 - inset, y: y(from) + 4 };
    // What holds other modules only has its name in the row of the first of them, left of that one's name.
    const inner = ranges.filter((other) => other.from === from && other.depth > depth).length;
    const label = svg('text', { ...at, x: at.x - inner * 110, 'text-anchor': 'end', class: 'module' });
    label.append(shortName(name, 18), svg('title', {}, name));
    return [frame, label];
  });
}

/** How far an arc over so many rows goes to the side: enough to tell nested ones apart. */
const reach = (span: number): number => (span <= 1 ? 0 : Math.min(10, Math.ceil(Math.sqrt(span - 1))) * 14);

function arc(x: number, from: number, to: number, span: number): SVGElement {
  if (span <= 1) return svg('line', { x1: x, x2: x, y1: from, y2: to, class: 'edge' });
  const side = x - reach(span);
  return svg('path', { d: `M${x} ${from} C${side} ${from} ${side} ${to} ${x} ${to}`, class: 'edge skip' });
}

function box(name: string, short: string, saturation: number | null, x: number, y: number): SVGElement {
  const text = saturation === null ? 'no number' : percent(saturation);
  const group = svg('g', { role: 'button', 'aria-label': `${text} ${name}` });
  const top = y - 7;
  group.append(
    svg('title', {}, `${text} ${name}`),
    svg('rect', { x: x - 7, y: top, width: 14, height: 14, rx: 3, fill: shade(saturation), class: 'mark' }),
    svg('rect', { x: x + 18, y: top, width: METER, height: 14, class: 'track' }),
    svg('rect', { x: x + 18, y: top, width: METER * (saturation ?? 0), height: 14, class: 'fill' }),
    svg('text', { x: x + 28 + METER, y: y + 4 }, `${text} ${short}`),
  );
  return group;
}

function onChoice(element: SVGElement, choose: () => void): void {
  element.addEventListener('click', choose);
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  });
}
