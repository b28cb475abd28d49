import type { PageData } from '../pageData.js';
import { Chart } from './charts.js';
import { comparison } from './compare.js';
import { details } from './details.js';
import { el } from './dom.js';
import { embedding } from './embedding.js';
import { graphView } from './graphView.js';
import { header } from './header.js';
import { layerTable } from './layerTable.js';
import { legend } from './legend.js';
import { follow } from './live.js';
import { Model } from './model.js';
import { profile } from './profile.js';
import { series } from './series.js';

const first = JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData;
const page = document.getElementById('page');
if (!page) throw new Error('the page has no place to draw in');
let model = new Model(first);
draw(page, first);
if (first.live) {
  const state = follow((data) => {
    const kept = model.view;
    model = new Model(data);
    model.keep(kept);
    const top = scrollY;
    Chart.clear();
    draw(page, data);
    page.prepend(state);
    scrollTo(0, top);
  });
  page.prepend(state);
}
// Paper is light: charts take their colours from the page again.
matchMedia('print').addEventListener('change', () => model.show({}));
document.documentElement.dataset.ready = 'true';

function draw(place: HTMLElement, data: PageData): void {
  const overview = el(
    'section',
    { 'aria-labelledby': 'profile' },
    el('h2', { id: 'profile' }, 'Saturation, layer by layer'),
    el(
      'p',
      { class: 'faint' },
      'The share of directions in a layer’s output that are needed to explain the variance. Low at the end: a tail, layers that add little. Near 100 %: a layer that may be too narrow.',
    ),
    legend(model),
  );
  const main = el('main', {}, overview);
  place.replaceChildren(header(model), main);
  overview.append(profile(model));
  const training = series(model, data.scalars);
  const samples = embedding(model);
  const runs = comparison(model);
  main.append(
    el('div', { class: 'split' }, layerTable(model), details(model)),
    ...(training ? [training] : []),
    ...(samples ? [samples] : []),
    graphView(model),
    ...(runs ? [runs] : []),
  );
  place.append(el('footer', { class: 'faint' }, `delve ${data.version}`));
}
