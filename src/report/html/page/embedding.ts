import { classesOf, MOST_CLASSES, scatterSeries } from '../../charts/scatter.js';
import { Chart, inks } from './charts.js';
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
  const { text, faint, line, surface } = inks();
  const axis = {
    type: 'value' as const,
    scale: true,
    nameLocation: 'middle' as const,
    nameTextStyle: { color: faint },
    axisLabel: { show: false },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    splitLine: { show: false },
  };
  return {
    textStyle: { color: text },
    grid: { left: 32, right: 16, top: 40, bottom: 32 },
    legend: { type: 'scroll' as const, top: 0, textStyle: { color: text }, pageTextStyle: { color: text } },
    tooltip: {
      renderMode: 'richText' as const,
      confine: true,
      backgroundColor: surface,
      borderColor: line,
      textStyle: { color: text },
      formatter: (item: unknown) => (item as { seriesName: string }).seriesName,
    },
    xAxis: { ...axis, name: 'first direction', nameGap: 12 },
    yAxis: { ...axis, name: 'second', nameGap: 12 },
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
