import type { PageData } from '../pageData.js';
import { comparison } from './compare.js';
import { details } from './details.js';
import { el } from './dom.js';
import { graphView } from './graphView.js';
import { header } from './header.js';
import { layerTable } from './layerTable.js';
import { legend } from './legend.js';
import { Model } from './model.js';
import { profile } from './profile.js';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData;
const page = document.getElementById('page');
if (!page) throw new Error('the page has no place to draw in');
const model = new Model(data);
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
page.append(header(model), el('main', {}, overview));
const main = page.querySelector('main');
overview.append(profile(model));
const runs = comparison(model);
main?.append(
  el('div', { class: 'split' }, layerTable(model), details(model)),
  graphView(model),
  ...(runs ? [runs] : []),
);
page.append(el('footer', { class: 'faint' }, `delve ${data.version}`));
// Paper is light: charts take their colours from the page again.
matchMedia('print').addEventListener('change', () => model.show({}));
document.documentElement.dataset.ready = 'true';
