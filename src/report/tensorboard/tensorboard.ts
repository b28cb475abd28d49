import type { Run } from '../../run/schema.js';
import { png } from '../charts/png.js';
import type { Plot } from '../formatNames.js';
import { delveLayerNames, delveValues } from '../history/delveValues.js';
import { safeName } from '../history/safeNames.js';
import { stepsOf } from '../history/steps.js';
import { namesOf, type RenderOptions } from '../options.js';
import { type SummaryValue, summaryEvent, versionEvent } from './event.js';
import { record } from './record.js';
import { spectrumDescription, spectrumHistogram } from './spectrumHistogram.js';

/**
 * A log directory of TensorBoard: scalars under the tags of the Python package, the spectra as histograms and the
 * pictures of `delve report --format png`, an event file for each step and split.
 */
export async function tensorboard(
  runs: readonly Run[],
  options: RenderOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const steps = stepsOf(runs, options);
  const names = namesOf(runs, options);
  const seconds = Date.now() / 1000;
  const files = new Map<string, Uint8Array>();
  for (const [index, run] of runs.entries()) {
    const step = steps[index];
    const values = [...scalars(run), ...spectra(run), ...(await pictures(run, names[index]))];
    const events = [versionEvent(seconds), summaryEvent(seconds, step, values)];
    files.set(fileName(step, run.settings.split), Buffer.concat(events.map(record)));
  }
  return files;
}

/**
 * TensorBoard reads the files of a directory by their names, and takes a step back for a restart that voids what it
 * read before. So the number that usually is the time is the step here: whatever the order in which checkpoints were
 * analysed, they are read in theirs, and a step that is written again replaces itself.
 */
function fileName(step: number, split: string): string {
  return `events.out.tfevents.${String(step).padStart(10, '0')}.delve.${safeName(split)}`;
}

/** Those that are about one run. */
const PLOTS: readonly Plot[] = ['saturation', 'spectrum', 'idim'];

/** What a PNG's header says of its size. */
const WIDTH_AT = 16;
const HEIGHT_AT = 20;

/** Side by side, since most of the time goes to the compression of their pixels. */
async function pictures(run: Run, name: string): Promise<SummaryValue[]> {
  return Promise.all(
    PLOTS.map(async (plot) => {
      const bytes = Buffer.from(await png([run], { names: [name], picture: { plot, dpi: 96 } }));
      const size = { width: bytes.readUInt32BE(WIDTH_AT), height: bytes.readUInt32BE(HEIGHT_AT) };
      return { tag: `${run.settings.split}-${plot}`, image: { ...size, png: bytes } };
    }),
  );
}

function scalars(run: Run): SummaryValue[] {
  return delveValues(run).map(({ name, value }) => ({ tag: name, scalar: value }));
}

function spectra({ layers, settings }: Run): SummaryValue[] {
  const names = delveLayerNames(layers);
  return layers.flatMap(({ eigenvalues }, index) => {
    const histogram = spectrumHistogram(eigenvalues);
    const tag = `${settings.split}-spectrum_${names[index]}`;
    return histogram ? [{ tag, histogram, description: spectrumDescription }] : [];
  });
}
