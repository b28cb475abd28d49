import type { Run } from '../../run/schema.js';
import { delveLayerNames, delveValues } from '../delveValues.js';
import type { RenderOptions } from '../options.js';
import { safeName } from '../safeNames.js';
import { stepsOf } from '../steps.js';
import { type SummaryValue, summaryEvent, versionEvent } from './event.js';
import { record } from './record.js';
import { spectrumDescription, spectrumHistogram } from './spectrumHistogram.js';

/**
 * A log directory of TensorBoard: scalars under the tags of the Python package and the spectra as histograms, an
 * event file for each step and split.
 */
export function tensorboard(runs: readonly Run[], options: RenderOptions): ReadonlyMap<string, Uint8Array> {
  const steps = stepsOf(runs, options);
  const seconds = Date.now() / 1000;
  return new Map(
    runs.map((run, index) => {
      const step = steps[index];
      const values = [...scalars(run), ...spectra(run)];
      const events = [versionEvent(seconds), summaryEvent(seconds, step, values)];
      return [fileName(step, run.settings.split), Buffer.concat(events.map(record))];
    }),
  );
}

/**
 * TensorBoard reads the files of a directory by their names, and takes a step back for a restart that voids what it
 * read before. So the number that usually is the time is the step here: whatever the order in which checkpoints were
 * analysed, they are read in theirs, and a step that is written again replaces itself.
 */
function fileName(step: number, split: string): string {
  return `events.out.tfevents.${String(step).padStart(10, '0')}.delve.${safeName(split)}`;
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
