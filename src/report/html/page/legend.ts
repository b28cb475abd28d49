import { type ReadingKind, readingRules } from '../../../readings/reading.js';
import { readingLooks } from '../../charts/palette.js';
import { el } from './dom.js';
import type { Model } from './model.js';

/** What the colours mean, of the readings that there are. */
export function legend(model: Model): HTMLElement {
  const list = el('ul', { class: 'legend', 'aria-label': 'Colours' });
  model.draws(({ runs, current }) => {
    const kinds = new Set(runs[current].readings.map(({ kind }) => kind));
    const shown = (Object.keys(readingLooks) as ReadingKind[]).filter((kind) => kinds.has(kind));
    list.replaceChildren(
      ...shown.map((kind) => {
        const { color, label } = readingLooks[kind];
        const meaning = kind === 'healthy' ? 'neither a tail nor narrow' : readingRules[kind];
        return el(
          'li',
          { title: meaning },
          el('span', { class: 'swatch', style: `background:${color}`, 'aria-hidden': 'true' }),
          label,
        );
      }),
    );
  });
  return list;
}
