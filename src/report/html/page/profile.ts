import { READING_THRESHOLD } from '../../../readings/layerReadings.js';
import type { LayerReading } from '../../../readings/reading.js';
import { drawnText } from '../../charts/drawnText.js';
import { readingLooks } from '../../charts/palette.js';
import { Chart, inks, lineLook } from './charts.js';
import { type Model, nearest, type View } from './model.js';
import { number, percent, share, shortener, shortName } from './words.js';

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
  const { text, faint, line, surface } = inks();
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
            type: 'scroll' as const,
            top: 0,
            left: 0,
            data: others.map(({ name }) => drawnText(name)),
            formatter: (name: string) => shortName(name, 24),
            textStyle: { color: text },
            pageTextStyle: { color: text },
          },
        }
      : {}),
    tooltip: {
      trigger: 'axis' as const,
      backgroundColor: surface,
      borderColor: line,
      textStyle: { color: text },
      renderMode: 'richText' as const,
      confine: true,
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
    xAxis: {
      type: 'category' as const,
      data: names.map(shortener(names, 18)).map(drawnText),
      axisLabel: { color: faint, rotate: 60, hideOverlap: true, interval: labelInterval(readings.length) },
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value' as const,
      max: 1,
      name: 'saturation',
      nameTextStyle: { color: faint, align: 'left' as const },
      axisLabel: { color: faint, formatter: (value: number) => `${Math.round(100 * value)} %` },
      splitLine: { lineStyle: { color: line } },
    },
    series: [
      {
        type: 'bar' as const,
        name: drawnText(runs[current].name),
        barMaxWidth: 40,
        barCategoryGap: isLong ? '8%' : '25%',
        // Of a layer without a number, or at 0, something is left to see and to click.
        barMinHeight: 2,
        markLine: marks(readings, tailBelow, text),
        data: readings.map(({ layer, kind }) => ({
          value: layer.saturation ?? 0,
          itemStyle: {
            color: readingLooks[kind].color,
            ...(layer.name === chosen
              ? { borderColor: text, borderWidth: 2 }
              : kind === 'dead' || kind === 'uncertain'
                ? { borderColor: faint, borderWidth: 1 }
                : {}),
          },
        })),
      },
      ...others.map(({ name, run }, i) => {
        const byName = new Map(run.layers.map((layer) => [layer.name, layer.saturation]));
        return {
          type: 'line' as const,
          name: drawnText(name),
          ...lineLook(i, others.length),
          data: readings.map(({ layer }) => byName.get(layer.name) ?? null),
        };
      }),
    ],
  };
}

/** Where a tail begins, and the 95 % interval of each saturation as an error bar. */
const marks = (readings: readonly LayerReading[], tailBelow: number | undefined, color: string) => ({
  symbol: 'none',
  silent: true,
  lineStyle: { color, opacity: 0.6 },
  label: { show: false },
  animation: false,
  data: [
    ...(tailBelow === undefined
      ? []
      : [
          {
            yAxis: tailBelow,
            lineStyle: { type: 'dashed' as const },
            label: {
              show: true,
              color,
              position: 'insideEndTop' as const,
              formatter: `tail below ${percent(tailBelow)}`,
            },
          },
        ]),
    ...readings.flatMap(({ layer: { uncertainty } }, i) => errorBar(i, uncertainty?.saturation.interval)),
  ],
});

function errorBar(index: number, interval: readonly [number, number] | undefined) {
  if (!interval || interval[0] === interval[1]) return [];
  const lineStyle = { type: 'solid' as const, width: 2, opacity: 0.9 };
  const at = (end: number) => ({ coord: [index, end], symbol: 'rect', symbolSize: [9, 2], lineStyle });
  const bar: [ReturnType<typeof at>, ReturnType<typeof at>] = [at(interval[0]), at(interval[1])];
  return [bar];
}

/** How many names are left out from one to the next, so that none lies on another. */
function labelInterval(count: number): number {
  const LEAST_PIXELS = 18;
  const room = Math.min(1360, document.documentElement.clientWidth) - 100;
  return Math.max(0, Math.ceil((count * LEAST_PIXELS) / Math.max(1, room)) - 1);
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
