import type { Run } from '../../run/schema.js';
import { type CsvCell, csvRow } from '../../text/csvRow.js';
import { type InspectedLayer, type InspectedModel, inspectedLayers } from './inspectedLayer.js';

const times = (sizes: readonly number[] | null | undefined): string | undefined => sizes?.join('x');

const columns: readonly (readonly [string, (layer: InspectedLayer) => CsvCell])[] = [
  ['layer', ({ name }) => name],
  ['op', ({ op }) => op],
  ['features', ({ features }) => features],
  ['weightShape', ({ weightShape }) => times(weightShape)],
  ['outputShape', ({ outputShape }) => times(outputShape)],
  ['parameters', ({ parameters }) => parameters],
  ['macs', ({ macs }) => macs],
  ['macsShare', ({ macsShare }) => macsShare],
  ['receptiveFieldMin', ({ receptiveField }) => times(receptiveField?.min)],
  ['receptiveFieldMax', ({ receptiveField }) => times(receptiveField?.max)],
  ['stride', ({ stride }) => times(stride)],
  ['predictedUnproductive', ({ predictedUnproductive }) => String(predictedUnproductive)],
];

/** One row per layer after a header; with a run at hand, its saturation and width as the last columns. */
export function inspectionCsv(inspected: InspectedModel, run?: Run): string {
  const rows = inspectedLayers(inspected, run).map((layer) => [
    ...columns.map(([, cell]) => cell(layer)),
    ...(run
      ? [
          layer.saturation,
          ...[
            layer.width?.directions,
            layer.width?.effectiveRank,
            layer.width?.parameters,
            layer.width?.macs,
          ],
          layer.reading,
        ]
      : []),
  ]);
  const header = [
    ...columns.map(([title]) => title),
    ...(run
      ? ['saturation', 'usedDirections', 'effectiveRank', 'spareParameters', 'spareMacs', 'reading']
      : []),
  ];
  return [header, ...rows].map(csvRow).join('');
}
