import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Inks } from '../../charts/look.js';
import { el } from './dom.js';

use([
  BarChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  SVGRenderer,
]);

export type Option = Parameters<EChartsType['setOption']>[0];

/** Colours of the page as it is shown, light or dark. */
export function inks(): Inks {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: of('--text'),
    faint: of('--faint'),
    line: of('--line'),
    surface: of('--surface'),
    accent: of('--accent'),
    second: of('--second'),
  };
}

/** A tip of lines of text in the colours of the page, which never leaves the chart. */
export const tipIn = ({ surface, line, text }: Inks, trigger: 'axis' | 'item') => ({
  trigger,
  renderMode: 'richText' as const,
  confine: true,
  backgroundColor: surface,
  borderColor: line,
  textStyle: { color: text },
});

/** A legend above a chart, which can be turned over where it is long. */
export const legendIn = ({ text }: Inks) => ({
  type: 'scroll' as const,
  top: 0,
  textStyle: { color: text },
  pageTextStyle: { color: text },
});

/** A chart that fills its place, follows the page's width and says in words what it shows. */
export class Chart {
  static readonly #drawn = new Set<Chart>();

  /** Lets go of all charts, before the page is drawn again. */
  static clear(): void {
    for (const chart of Chart.#drawn) {
      chart.#chart?.dispose();
      chart.#chart = undefined;
      chart.#isGone = true;
    }
    Chart.#drawn.clear();
  }

  readonly element: HTMLElement;
  readonly #place: HTMLElement;
  #chart: EChartsType | undefined;
  #option: Option | undefined;
  /** Its page was drawn again: what still listens to the one before must not draw into it. */
  #isGone = false;
  #onClick: (index: number, series: number) => void = () => {};

  constructor(className: string) {
    this.#place = el('div', { class: `chart ${className}`, role: 'img' });
    this.element = this.#place;
    new ResizeObserver(() => this.#chart?.resize()).observe(this.#place);
    // Paper is as wide as it is, whatever the window was: printing does not wait for an observer.
    for (const event of ['beforeprint', 'afterprint']) {
      addEventListener(event, () => this.#chart?.resize());
    }
  }

  onClick(listener: (index: number, series: number) => void): void {
    this.#onClick = listener;
  }

  draw(option: Option, description: string): void {
    this.#option = option;
    this.#place.setAttribute('aria-label', description);
    if (!this.#place.isConnected) {
      requestAnimationFrame(() => this.#redraw());
      return;
    }
    this.#redraw();
  }

  #redraw(): void {
    if (!this.#option || this.#isGone) return;
    if (!this.#chart) {
      this.#chart = init(this.#place, null, { renderer: 'svg' });
      Chart.#drawn.add(this);
      this.#chart.on('click', (event) => this.#onClick(event.dataIndex, event.seriesIndex ?? 0));
    }
    this.#chart.setOption({ animation: false, ...this.#option }, { notMerge: true });
  }
}
