import { readLayers } from '../../../readings/layerReadings.js';
import type { LayerReading, Reading, ReadingKind } from '../../../readings/reading.js';
import { recutRun } from '../../../run/compare/recutRun.js';
import type { Run } from '../../../run/schema.js';
import type { PageData, PageEmbedding } from '../pageData.js';

/** Readings that nobody has to do anything about. */
const unremarkable: ReadonlySet<ReadingKind> = new Set(['healthy', 'by design', 'output', 'not judged']);

/** Samples in the plane of each layer's first two eigenvectors. */
export interface ShownEmbedding {
  readonly labels: readonly (string | undefined)[];
  /** x and y of each sample by layer. */
  readonly layers: ReadonlyMap<string, Float32Array>;
}

/** What the page shows at the moment. */
export interface View {
  readonly threshold: number;
  /** Runs cut at the threshold, with the reading of each layer. */
  readonly runs: readonly {
    readonly name: string;
    /** Of the training, where it is known. */
    readonly step: number | undefined;
    readonly run: Run;
    readonly readings: readonly LayerReading[];
    /** The same at the threshold that readings are made at, whatever the run is cut at. */
    readonly reading: Reading;
    readonly embedding: ShownEmbedding | undefined;
  }[];
  /** Which run the table and the details are about. */
  readonly current: number;
  /** The chosen layer's name. */
  readonly layer: string | undefined;
}

/** The runs that belong beside the one that is shown: of a training, those of the same split. */
export function alike({ runs, current }: View): View['runs'] {
  const steps = new Set(runs.flatMap(({ step }) => step ?? []));
  const { split } = runs[current].run.settings;
  return steps.size < 2 ? runs : runs.filter(({ run }) => run.settings.split === split);
}

/** The runs that lie nearest to the one that is shown, of those that belong beside it, in their order. */
export function nearest(view: View, most: number): View['runs'] {
  const beside = alike(view);
  const current = beside.indexOf(view.runs[view.current]);
  return beside
    .map((run, index) => ({ run, index, distance: Math.abs(index - current) }))
    .filter(({ distance }) => distance > 0)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .sort((a, b) => a.index - b.index)
    .map(({ run }) => run);
}

/** The last run of a split, or of what the network was not trained on. */
function newestOf(runs: readonly { readonly run: Run }[], split?: string): number {
  const wanted = runs.findLastIndex(({ run: { settings } }) =>
    split === undefined ? settings.split !== 'train' : settings.split === split,
  );
  return wanted < 0 ? runs.length - 1 : wanted;
}

/** Holds what is shown, and tells everyone who draws it when that changes. */
export class Model {
  readonly #whole: readonly {
    readonly name: string;
    readonly step: number | undefined;
    readonly run: Run;
    readonly reading: Reading;
    readonly embedding: ShownEmbedding | undefined;
  }[];
  readonly #listeners: ((view: View) => void)[] = [];
  #view: View;

  constructor(data: PageData) {
    this.#whole = data.runs.map(({ name, run: stored, spectra, step, embedding }) => {
      const layers = stored.layers.map((layer, i) => ({ ...layer, eigenvalues: doubles(spectra[i]) }));
      const run = { ...stored, layers };
      return { name, step, run, reading: readLayers(run), embedding: embedding && shown(embedding) };
    });
    const current = newestOf(this.#whole);
    const { threshold } = this.#whole[current].run.settings;
    const runs = this.#cut(threshold);
    // What there is to do something about comes first.
    const { readings } = runs[current];
    const telling = readings.find(({ kind }) => !unremarkable.has(kind)) ?? readings[0];
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

  /** Shows what was shown before: the same layer and threshold, and the newest run of a split where that was shown. */
  keep({ threshold, layer, current, runs: before }: View): void {
    const { runs } = this.#view;
    const { name, run: was } = before[current];
    const { split } = was.settings;
    const wasNewest = current === newestOf(before, split);
    const same = wasNewest ? newestOf(runs, split) : runs.findIndex((each) => each.name === name);
    const known = runs.some(({ run }) => run.layers.some((each) => each.name === layer));
    this.show({
      threshold,
      ...(same < 0 ? {} : { current: same }),
      ...(known ? { layer } : {}),
    });
  }

  #cut(threshold: number): View['runs'] {
    return this.#whole.map(({ name, step, run, reading, embedding }) => {
      const cut = threshold === run.settings.threshold ? run : recutRun(run, threshold);
      const readings = reading.layers.map((each, i) => ({ ...each, layer: cut.layers[i] }));
      return { name, step, run: cut, readings, reading, embedding };
    });
  }
}

const shown = ({ classes, labels, layers }: PageEmbedding): ShownEmbedding => ({
  labels: labels.map((index) => classes[index]),
  layers: new Map(
    layers.map(([name, base64]) => {
      const view = bytesOf(base64);
      return [
        name,
        Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true)),
      ];
    }),
  ),
});

const bytesOf = (base64: string): DataView =>
  new DataView(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);

function doubles(base64: string): number[] {
  const view = bytesOf(base64);
  return Array.from({ length: view.byteLength / 8 }, (_, i) => view.getFloat64(8 * i, true));
}
