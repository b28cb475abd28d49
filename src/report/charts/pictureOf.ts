import { UserError } from '../../errors.js';
import type { Run } from '../../run/schema.js';
import type { Plot } from '../formatNames.js';
import { bySplit } from '../history/splits.js';
import { namesOf, plotOf, type RenderOptions } from '../options.js';
import { embeddingPicture } from './embeddingPicture.js';
import { heatmapPicture } from './heatmapPicture.js';
import { idimPicture } from './idimPicture.js';
import type { NamedRun, Picture } from './picture.js';
import { saturationPicture } from './saturationPicture.js';
import { spectrumPicture } from './spectrumPicture.js';

const DEFAULT_WIDTH = 960;
const NARROWEST = 240;
const WIDEST = 10_000;

const pictures: Readonly<Record<Plot, (runs: readonly NamedRun[], width: number) => Picture>> = {
  saturation: saturationPicture,
  spectrum: spectrumPicture,
  heatmap: heatmapPicture,
  idim: idimPicture,
  embedding: embeddingPicture,
};

/**
 * What a picture of these runs shows.
 *
 * @throws UserError where the width is none that a chart fits in, or a layer is named that no run has.
 */
export function pictureOf(
  runs: readonly Run[],
  options: RenderOptions,
): Picture & { readonly width: number; readonly plot: Plot } {
  const { width = DEFAULT_WIDTH, layers } = options.picture ?? {};
  const plot = plotOf(options);
  if (!(width >= NARROWEST && width <= WIDEST)) {
    throw new UserError(
      `--width ${width} is no width of a picture: give pixels from ${NARROWEST} to ${WIDEST}`,
    );
  }
  const names = namesOf(runs, options);
  const chosen = runs.map((run, i) => ({
    name: names[i],
    run: onlyLayers(run, layers),
    embedding: options.embeddings?.[i],
  }));
  // Splits of one training side by side would look like one that goes back and forth.
  const shown = options.steps ? bySplit(chosen)[0] : chosen;
  return { ...pictures[plot](shown, width), width, plot };
}

function onlyLayers(run: Run, wanted: readonly string[] | undefined): Run {
  if (!wanted) return run;
  const missing = wanted.find((name) => !run.layers.some((layer) => layer.name === name));
  if (missing !== undefined)
    throw new UserError(`there is no layer ${missing} to draw: delve report lists them`);
  return { ...run, layers: run.layers.filter(({ name }) => wanted.includes(name)) };
}
