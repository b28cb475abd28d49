import { drawnText } from '../../charts/drawnText.js';
import { axesIn, namedBelow, shareAxis } from '../../charts/look.js';
import type { Scalar } from '../../history/scalar.js';
import { Chart, inks, legendIn, tipIn } from './charts.js';
import { el } from './dom.js';
import type { Model, View } from './model.js';
import { percent, shortName } from './words.js';

/** More quantities than these make a tangle. */
const MOST_SCALARS = 4;

type Point = readonly [number, number];

/** The chosen layer over the steps of a training: a line a split, their gap, and quantities of the training beside. */
export function series(model: Model, scalars: readonly Scalar[]): HTMLElement | undefined {
  const steps = new Set(model.view.runs.flatMap(({ step }) => step ?? []));
  if (steps.size < 2) return undefined;
  const chart = new Chart('series');
  const title = el('h2', { id: 'series' });
  model.draws((view) => {
    const layer = view.layer ?? '';
    title.textContent = `Over the training: ${shortName(layer, 60)}`;
    title.title = layer;
    const lines = linesOf(view, layer);
    chart.draw(option(lines, scalars.slice(0, MOST_SCALARS)), description(layer, lines));
  });
  return el('section', { 'aria-labelledby': 'series' }, title, chart.element);
}

interface Line {
  readonly split: string;
  readonly points: readonly Point[];
}

/** The layer's saturation by split. */
function linesOf({ runs }: View, layer: string): Line[] {
  const bySplit = new Map<string, Point[]>();
  for (const { run, step } of runs) {
    const saturation = run.layers.find(({ name }) => name === layer)?.saturation;
    if (step === undefined || saturation === undefined || saturation === null) continue;
    const { split } = run.settings;
    bySplit.set(split, [...(bySplit.get(split) ?? []), [step, saturation]]);
  }
  return [...bySplit]
    .map(([split, points]) => ({ split, points: points.toSorted(([a], [b]) => a - b) }))
    .sort((a, b) => (a.split < b.split ? -1 : 1));
}

/** Train less eval, where both have the step. */
export function gapOf(lines: readonly Line[]): Point[] {
  const train = lines.find(({ split }) => split === 'train');
  const other = lines.find(({ split }) => split !== 'train');
  if (!train || !other) return [];
  const held = new Map(other.points);
  return train.points.flatMap(([step, value]): Point[] => {
    const against = held.get(step);
    return against === undefined ? [] : [[step, value - against]];
  });
}

function option(lines: readonly Line[], scalars: readonly Scalar[]) {
  const colors = inks();
  const { text, accent, second } = colors;
  const gap = gapOf(lines);
  const axis = axesIn(colors);
  const strokes = ['solid', 'dashed'] as const;
  return {
    textStyle: { color: text },
    grid: { left: 56, right: scalars.length > 0 ? 64 : 16, top: 40, bottom: 40 },
    legend: legendIn(colors),
    tooltip: tipIn(colors, 'axis'),
    xAxis: {
      ...axis,
      type: 'value' as const,
      ...namedBelow('step'),
      min: 'dataMin' as const,
      max: 'dataMax' as const,
      splitLine: { show: false },
    },
    yAxis: [
      {
        ...shareAxis(colors),
        min: gap.some(([, value]) => value < 0) ? undefined : 0,
      },
      ...(scalars.length > 0
        ? [
            {
              ...axis,
              type: 'value' as const,
              scale: true,
              splitLine: { show: false },
            },
          ]
        : []),
    ],
    series: [
      ...lines.map(({ split, points }, i) => ({
        type: 'line' as const,
        name: drawnText(`saturation, ${split}`),
        symbolSize: 6,
        itemStyle: { color: accent },
        lineStyle: { color: accent, width: 2, type: strokes[i % strokes.length] },
        data: points.map(([step, value]) => [step, value]),
      })),
      ...(gap.length > 0
        ? [
            {
              type: 'line' as const,
              name: 'gap, train − eval',
              showSymbol: false,
              itemStyle: { color: accent },
              lineStyle: { color: accent, width: 1, type: 'dotted' as const },
              data: gap.map(([step, value]) => [step, value]),
            },
          ]
        : []),
      ...scalars.map(({ name, points }, i) => ({
        type: 'line' as const,
        name: drawnText(shortName(name, 30)),
        yAxisIndex: 1,
        symbol: (['circle', 'rect', 'triangle', 'diamond'] as const)[i],
        symbolSize: 5,
        itemStyle: { color: second },
        lineStyle: { color: second, width: 1.5, opacity: 1 - 0.2 * i },
        data: points.map(([step, value]) => [step, value]),
      })),
    ],
  };
}

function description(layer: string, lines: readonly Line[]): string {
  const each = lines.map(({ split, points }) => {
    const [first, last] = [points[0], points[points.length - 1]];
    return `${split} from ${percent(first[1])} at step ${first[0]} to ${percent(last[1])} at step ${last[0]}`;
  });
  return `Line chart: saturation of ${layer} over the training: ${each.join('; ')}.`;
}
