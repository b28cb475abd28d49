import type { Probe } from '../../probe/results.js';
import type { Run } from '../../run/schema.js';
import { csvRow } from '../../text/csvRow.js';
import type { ResultFormatName } from '../formatNames.js';
import type { RenderOptions } from '../options.js';
import { probedLayers } from './probedLayer.js';
import { probePicture } from './probePicture.js';
import { probeTable } from './probeTable.js';

const WIDTH = 960;

/** The probes of layers as text or bytes. */
export async function renderProbe(
  probe: Probe,
  run: Run,
  format: ResultFormatName,
  options: RenderOptions = {},
): Promise<string | Uint8Array> {
  switch (format) {
    case 'table':
      return probeTable(probe, run, options);
    case 'json':
      return `${JSON.stringify(asJson(probe, run), null, 2)}\n`;
    case 'csv':
      return probeCsv(probe, run);
    case 'svg':
      return drawn(probe, run);
    case 'png': {
      const { pngOf } = await import('../charts/png.js');
      return pngOf(await drawn(probe, run));
    }
  }
}

async function drawn(probe: Probe, run: Run): Promise<string> {
  const { draw } = await import('../charts/draw.js');
  return draw(probePicture(probe, run, WIDTH), WIDTH);
}

const asJson = (probe: Probe, run: Run) => ({
  ...probe,
  layers: probedLayers(probe, run).map(({ reading, ...layer }) => ({
    ...layer,
    saturation: reading?.layer.saturation ?? null,
    reading: reading?.kind ?? null,
  })),
});

/** One row per layer, after a header. */
function probeCsv(probe: Probe, run: Run): string {
  const rows = probedLayers(probe, run).map((layer) => [
    ...[layer.name, layer.op, layer.features, layer.accuracy, layer.standardError],
    ...[layer.balancedAccuracy, layer.trainAccuracy],
    ...[layer.reading?.layer.saturation ?? null, layer.reading?.kind ?? null],
    ...[layer.iterations, String(layer.converged), probe.samples, probe.heldOut],
  ]);
  return [columns, ...rows].map(csvRow).join('');
}

const columns = [
  ...['layer', 'op', 'features', 'accuracy', 'standard_error', 'balanced_accuracy', 'train_accuracy'],
  ...['saturation', 'reading', 'iterations', 'converged', 'train_samples', 'held_out_samples'],
];
