import { type LayerReading, readLayers } from '../../../readings/layerReadings.js';
import { recutRun } from '../../../run/compare/recutRun.js';
import type { Run } from '../../../run/schema.js';
import type { PageData } from '../pageData.js';

/** What the page shows at the moment. */
export interface View {
  readonly threshold: number;
  /** Runs cut at the threshold, with the reading of each layer. */
  readonly runs: readonly {
    readonly name: string;
    readonly run: Run;
    readonly readings: readonly LayerReading[];
    /** Where there is a tail: the saturation below which a layer belongs to it. */
    readonly tailBelow: number | undefined;
  }[];
  /** Which run the table and the details are about. */
  readonly current: number;
  /** The chosen layer's name. */
  readonly layer: string | undefined;
}

/** Holds what is shown, and tells everyone who draws it when that changes. */
export class Model {
  readonly #whole: readonly { readonly name: string; readonly run: Run }[];
  readonly #listeners: ((view: View) => void)[] = [];
  #view: View;

  constructor(data: PageData) {
    this.#whole = data.runs.map(({ name, run, spectra }) => ({
      name,
      run: { ...run, layers: run.layers.map((layer, i) => ({ ...layer, eigenvalues: doubles(spectra[i]) })) },
    }));
    const last = this.#whole[this.#whole.length - 1];
    const { threshold } = last.run.settings;
    const runs = this.#cut(threshold);
    // What there is to do something about comes first.
    const current = runs.length - 1;
    const { readings } = runs[current];
    const telling = readings.find(({ kind }) => kind !== 'healthy' && kind !== 'output') ?? readings[0];
    this.#view = { threshold, runs, current, layer: telling?.layer.name };
  }

  get view(): View {
    return this.#view;
  }

  /** Calls `draw` now and after every change. */
  draws(draw: (view: View) => void): void {
    this.#listeners.push(draw);
    draw(this.#view);
  }

  show(change: Partial<Pick<View, 'threshold' | 'current' | 'layer'>>): void {
    const { threshold = this.#view.threshold } = change;
    const runs = threshold === this.#view.threshold ? this.#view.runs : this.#cut(threshold);
    this.#view = { ...this.#view, ...change, runs };
    for (const draw of this.#listeners) draw(this.#view);
  }

  #cut(threshold: number): View['runs'] {
    return this.#whole.map(({ name, run }) => {
      const isOwn = threshold === run.settings.threshold;
      const cut = isOwn ? run : recutRun(run, threshold);
      const { layers: readings, tailBelow } = readLayers(cut);
      return { name, run: cut, readings, tailBelow };
    });
  }
}

function doubles(base64: string): number[] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}
