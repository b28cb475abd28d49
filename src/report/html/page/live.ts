import type { PageData } from '../pageData.js';
import { el } from './dom.js';

/** Draws the page again whenever whoever serves it says that there is more; says whether it is still served. */
export function follow(draw: (data: PageData) => void): HTMLElement {
  const state = el('p', { class: 'live', role: 'status' }, 'live: waiting for the next checkpoint');
  const events = new EventSource('events');
  events.addEventListener('message', () => {
    void fetch('data')
      .then((response) => response.json())
      .then((data: PageData) => {
        draw(data);
        state.textContent = 'live: waiting for the next checkpoint';
      })
      .catch(() => {
        state.textContent = 'the last update could not be read: reload the page';
      });
  });
  events.addEventListener('open', () => {
    state.textContent = 'live: waiting for the next checkpoint';
  });
  events.addEventListener('error', () => {
    state.textContent = 'delve watch is not running any more: this is how far it got';
  });
  return state;
}
