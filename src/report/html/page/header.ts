import { verdict } from '../../../readings/advice.js';
import { remarks } from '../../../readings/remarks.js';
import { unicode } from '../../../text/symbols.js';
import { accuracyInWords } from '../../accuracyInWords.js';
import { el } from './dom.js';
import { alike, type Model } from './model.js';
import { counted, sentence, share, shortName } from './words.js';

/** The slider's ends: −log10 of what is not explained, so that 99 and 99.9 % are as far apart as 90 and 99 %. */
const [LEAST, MOST] = [0.3, 4];

/** What was analysed, what it means, and the controls that all the rest follows. */
export function header(model: Model): HTMLElement {
  const title = el('h1');
  const facts = el('p', { class: 'faint wide' });
  const verdicts = el('p', { class: 'verdict', role: 'status' });
  const doubts = el('ul', { class: 'warnings' });
  model.draws(({ runs, current }) => {
    const { name, run, reading } = runs[current];
    const { data, settings, model: network } = run;
    const right = accuracyInWords(data);
    title.textContent = shortName(name, 80);
    title.title = name;
    facts.textContent = [
      shortName(network.path, 60),
      `${counted(data.samples, 'sample')} of ${shortName(data.source, 40)}`,
      `split ${settings.split}`,
      settings.provider,
      settings.precision,
      ...(right ? [right] : []),
    ].join(' · ');
    const sentences = verdict(reading, (layer) => shortName(layer.name, 40), unicode);
    // In the table of a terminal the remarks come first.
    verdicts.textContent = sentence(
      sentences.join(' ').replace('see the remarks above', 'see the remarks below'),
    );
    doubts.replaceChildren(
      ...remarks(run, (layer) => shortName(layer.name, 40)).map((text) => el('li', {}, text)),
    );
  });
  return el('header', {}, title, facts, verdicts, doubts, controls(model));
}

function controls(model: Model): HTMLElement {
  const slider = el('input', { type: 'range', id: 'threshold', min: LEAST, max: MOST, step: 0.01 });
  const exact = el('input', {
    type: 'number',
    min: 0.01,
    max: 1,
    step: 'any',
    'aria-label': 'Share of variance to explain',
  });
  const shown = el('output', { for: 'threshold' });
  const set = (threshold: number) => {
    if (threshold > 0 && threshold <= 1) model.show({ threshold });
  };
  slider.addEventListener('input', () => set(Number((1 - 10 ** -Number(slider.value)).toPrecision(4))));
  exact.addEventListener('change', () => set(Number(exact.value)));
  model.draws(({ threshold }) => {
    slider.value = String(Math.min(MOST, -Math.log10(Math.max(10 ** -MOST, 1 - threshold))));
    slider.setAttribute('aria-valuetext', share(threshold));
    exact.value = String(threshold);
    shown.textContent = share(threshold);
  });
  return el(
    'div',
    { class: 'controls' },
    el('label', { for: 'threshold' }, 'Variance to explain'),
    slider,
    exact,
    shown,
    runChooser(model),
    themeButton(model),
  );
}

function runChooser(model: Model): HTMLElement | null {
  const { runs } = model.view;
  if (runs.length < 2) return null;
  const options = runs.map(({ name }, i) => el('option', { value: i }, shortName(name, 40)));
  const select = el('select', { 'aria-label': 'Run' }, ...options);
  select.addEventListener('change', () => model.show({ current: Number(select.value) }));
  // A training is walked through with a slider, within its split.
  const slider =
    runs.length > 2 && el('input', { type: 'range', min: 0, step: 1, 'aria-label': 'Run, by its place' });
  if (slider) {
    slider.addEventListener('input', () => {
      const { view } = model;
      model.show({ current: view.runs.indexOf(alike(view)[Number(slider.value)]) });
    });
  }
  model.draws((view) => {
    select.value = String(view.current);
    if (!slider) return;
    const shown = view.runs[view.current];
    slider.max = String(alike(view).length - 1);
    slider.value = String(alike(view).indexOf(shown));
    slider.setAttribute('aria-valuetext', shown.name);
  });
  return el('span', { class: 'runs' }, select, slider);
}

function themeButton(model: Model): HTMLElement {
  const button = el('button', { type: 'button', class: 'theme' });
  const isDark = () => {
    const { theme } = document.documentElement.dataset;
    return theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
  };
  const label = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
  };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    label();
    model.show({});
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    label();
    model.show({});
  });
  label();
  return button;
}
