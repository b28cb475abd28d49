import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  VisualMapComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { wrap } from '../../text/displayWidth.js';
import { xmlText } from '../../text/xmlText.js';
import { font, ink } from './look.js';
import type { Picture } from './picture.js';

use([
  BarChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  VisualMapComponent,
  SVGRenderer,
]);

/** Without what is for pages only: styles of what the pointer is over, and marks for scripts. */
function still(drawing: string): string {
  return drawing
    .replace(/<style\b[^>]*>.*?<\/style>\s*/gs, '')
    .replace(/<[a-z][^>]*>/g, (tag) => tag.replace(/ (ecmeta_\w+|class)="[^"]*"/g, ''));
}

/**
 * Draws a picture as SVG: on white, text as text, with its title and what it shows for those who do not see it.
 *
 * The charting library is bundled into this module when the package is built, so that nobody has to install it.
 *
 * @param width in CSS pixels.
 */
export function draw({ option, height, title, description }: Picture, width: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    // About so many letters fit on a line of the caption, which has two.
    const [first = '', second, ...more] = wrap(description, Math.floor(width / 6.8));
    const caption = second === undefined ? first : `${first}\n${second}${more.length > 0 ? ' …' : ''}`;
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      textStyle: { color: ink.text, fontFamily: font },
      title: {
        text: title,
        subtext: caption,
        left: 8,
        top: 4,
        itemGap: 4,
        textStyle: { color: ink.text, fontSize: 16, fontFamily: font },
        subtextStyle: { color: ink.faint, fontSize: 12, fontFamily: font },
      },
      ...option,
    });
    const drawn = still(chart.renderToSVGString());
    const end = drawn.indexOf('>', drawn.indexOf('<svg')) + 1;
    const about = `<title>${xmlText(title)}</title><desc>${xmlText(description)}</desc>`;
    const start = drawn.slice(0, end - 1).replace('<svg', '<svg role="img"');
    return `${start}>${about}${drawn.slice(end)}\n`;
  } finally {
    chart.dispose();
  }
}
