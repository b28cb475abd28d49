import type { Run } from '../../run/schema.js';
import { type InspectedModel, inspectedLayers } from './inspectedLayer.js';

/** Everything that is listed of a model, as JSON with a line break at its end. */
export function inspectionJson(inspected: InspectedModel, run?: Run): string {
  const { model, inputs, notObservable, cost, costUnknown } = inspected;
  const layers = inspectedLayers(inspected, run);
  const record = {
    model,
    inputs,
    inputShapes: cost?.inputShapes ?? null,
    layers,
    totals: {
      layers: layers.length,
      parameters: layers.reduce((sum, { parameters }) => sum + (parameters ?? 0), 0),
      macs: cost?.totals.macs ?? null,
      otherMacs: cost?.totals.otherMacs ?? null,
    },
    costUnknown,
    notObservable,
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}
