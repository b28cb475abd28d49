import { READING_THRESHOLD } from '../../../readings/layerReadings.js';
import { drawnText } from '../../charts/drawnText.js';
import { layersAxis, shareAxis } from '../../charts/look.js';
import { readingLooks } from '../../charts/palette.js';
import { runLine } from '../../charts/runLine.js';
import { saturationBars } from '../../charts/saturationBars.js';
import { Chart, inks, legendIn, tipIn } from './charts.js';
import { type Model, nearest, type View } from './model.js';
import { number, percent, share, shortName } from './words.js';

/** More lines than these tell nothing apart: the heatmap has all runs. */
const MOST_OTHERS = 8;
/** So many layers can be zoomed into. */
const LONG = 60;

/** The saturation of every layer in forward order, as bars; a click chooses the layer. */
export function profile(model: Model): HTMLElement {
  const chart = new Chart('profile');
  chart.onClick((index) =>
    model.show({ layer: model.view.runs[model.view.current].run.layers[index]?.name }),
  );
  model.draws((view) => chart.draw(option(view), description(view)));
  return chart.element;
}

function option(view: View) {
  const { runs, current, layer: chosen, threshold } = view;
  const colors = inks();
  const { text, faint, line } = colors;
  const { readings, reading } = runs[current];
  // The bound is one of the threshold that readings are made at.
  const tailBelow = threshold === READING_THRESHOLD ? reading.tailBelow : undefined;
  const others = nearest(view, MOST_OTHERS);
  const isLong = readings.length > LONG;
  const names = readings.map(({ layer }) => layer.name);
  return {
    textStyle: { color: text },
    grid: { left: 48, right: 12, top: others.length > 0 ? 56 : 24, bottom: isLong ? 128 : 96 },
    ...(others.length > 0
      ? {
          legend: {
            ...legendIn(colors),
            left: 0,
            data: others.map(({ name }) => drawnText(name)),
            formatter: (name: string) => shortName(name, 24),
          },
        }
      : {}),
    tooltip: {
      ...tipIn(colors, 'axis'),
      formatter: (items: unknown) =>
        tip(runs[current], others, Array.isArray(items) ? items[0]?.dataIndex : 0),
    },
    ...(isLong
      ? {
          dataZoom: [
            // The wheel scrolls the page.
            { type: 'inside' as const, zoomOnMouseWheel: 'ctrl' as const, moveOnMouseWheel: false },
            {
              type: 'slider' as const,
              bottom: 8,
              height: 16,
              borderColor: line,
              textStyle: { color: faint },
            },
          ],
        }
      : {}),
    xAxis: layersAxis(names, Math.min(1360, document.documentElement.clientWidth) - 100, colors),
    yAxis: { ...shareAxis(colors), name: 'saturation' },
    series: [
      ...saturationBars(readings, colors, { tailBelow, chosen }).series,
      ...others.map(({ name, run }, i) => {
        const byName = new Map(run.layers.map((layer) => [layer.name, layer.saturation]));
        return {
          ...runLine(i, others.length, colors),
          name: drawnText(name),
          data: readings.map(({ layer }) => byName.get(layer.name) ?? null),
        };
      }),
    ],
  };
}

function tip({ readings }: View['runs'][number], others: View['runs'], index: number): string {
  const reading = readings[index];
  if (!reading) return '';
  const { layer, kind } = reading;
  const lines = [
    drawnText(shortName(layer.name, 60)),
    `${readingLooks[kind].label}: ${layer.saturation === null ? 'no number' : percent(layer.saturation)}`,
    `${layer.intrinsicDimensionality ?? '–'} of ${layer.features} directions${between(layer.uncertainty?.intrinsicDimensionality)}`,
    `effective rank ${number(layer.effectiveRank)}`,
  ];
  for (const { name, run } of others) {
    const other = run.layers.find((each) => each.name === layer.name);
    if (other)
      lines.push(`${shortName(name, 30)}: ${other.saturation === null ? '–' : percent(other.saturation)}`);
  }
  return lines.join('\n');
}

/** `, 95 % 23 to 28`: the interval of a number. */
const between = (estimate: { readonly interval: readonly [number, number] } | undefined): string =>
  estimate ? `, 95 % ${number(estimate.interval[0])} to ${number(estimate.interval[1])}` : '';

function description({ runs, current, threshold }: View): string {
  const { readings, name } = runs[current];
  const counts = new Map<string, number>();
  for (const { kind } of readings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].map(
    ([kind, count]) => `${count} ${readingLooks[kind as keyof typeof readingLooks].label}`,
  );
  return `Bar chart: saturation of ${readings.length} layers of ${name} in forward order at ${share(threshold)} (${kinds.join(', ')}). The table below has all numbers.`;
}
