import { classesOf, MOST_CLASSES, scatterAxis, scatterSeries } from '../../charts/scatter.js';
import { Chart, inks, legendIn, tipIn } from './charts.js';
import { el } from './dom.js';
import type { Model, View } from './model.js';
import { counted, shortName } from './words.js';

/** The samples of the shown run in the plane of the chosen layer's first two eigenvectors, by class. */
export function embedding(model: Model): HTMLElement | undefined {
  if (!model.view.runs.some((run) => run.embedding)) return undefined;
  const chart = new Chart('embedding');
  const title = el('h2', { id: 'embedding' });
  const none = el('p', { class: 'faint' });
  model.draws((view) => {
    const points = pointsOf(view);
    const layer = view.layer ?? '';
    title.textContent = `Samples along the first two directions: ${shortName(layer, 60)}`;
    title.title = layer;
    chart.element.hidden = points === undefined;
    none.textContent = points ? '' : 'This run has no embedding of this layer.';
    if (points) chart.draw(option(points), description(layer, points));
  });
  return el('section', { 'aria-labelledby': 'embedding' }, title, none, chart.element);
}

type Points = NonNullable<ReturnType<typeof pointsOf>>;

function pointsOf({ runs, current, layer }: View) {
  const shown = runs[current].embedding;
  const coordinates = layer === undefined ? undefined : shown?.layers.get(layer);
  return shown && coordinates ? { labels: shown.labels, coordinates } : undefined;
}

function option(points: Points) {
  const colors = inks();
  const axis = { ...scatterAxis(colors), nameLocation: 'middle' as const, nameGap: 12 };
  return {
    textStyle: { color: colors.text },
    grid: { left: 32, right: 16, top: 40, bottom: 32 },
    legend: legendIn(colors),
    tooltip: {
      ...tipIn(colors, 'item'),
      formatter: (item: unknown) => (item as { seriesName: string }).seriesName,
    },
    xAxis: { ...axis, name: 'first direction' },
    yAxis: { ...axis, name: 'second' },
    series: scatterSeries(points, 5),
  };
}

function description(layer: string, { labels }: Points): string {
  const classes = classesOf(labels).length;
  const told =
    classes > 0
      ? `of ${classes} ${classes === 1 ? 'class' : 'classes'}`
      : `not told apart by class (at most ${MOST_CLASSES} are)`;
  return `Scatter chart: ${counted(labels.length, 'sample')} ${told} in the plane of the first two eigenvectors of ${layer}.`;
}
