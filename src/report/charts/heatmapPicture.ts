import { countingRule } from '../../run/storedRule.js';
import { recut } from '../../stats/saturation.js';
import { axisName, ink } from './look.js';
import type { NamedRun, Picture } from './picture.js';
import { type Cell, shareHeatmap } from './shareHeatmap.js';

const THRESHOLDS = [0.9, 0.95, 0.99, 0.999];
const ROW = 18;

/** The saturation of every layer (a row) in every run (a column), such as the epochs of a training; of one run at several thresholds. */
export function heatmapPicture(runs: readonly NamedRun[], width: number): Picture {
  const names = [...new Set(runs.flatMap(({ run }) => run.layers.map(({ name }) => name)))];
  const columns = runs.length > 1 ? ofRuns(runs) : ofThresholds(runs[0]);
  const rows = new Map(names.map((name, row) => [name, row]));
  const cells = columns.flatMap(({ values }, column) =>
    [...values].flatMap(([name, value]): Cell[] =>
      value === null ? [] : [[column, rows.get(name) ?? 0, value]],
    ),
  );
  const isFew = cells.length <= 400 && columns.length <= 12;
  return {
    height: 110 + ROW * names.length + (runs.length > 1 ? 50 : 0),
    title:
      runs.length > 1
        ? 'Saturation, layer by run'
        : `Saturation, layer by threshold: ${axisName(runs[0].name, 50)}`,
    description: `The saturation of ${names.length} layers in ${columns.length} columns; white is 0, dark blue 100 %.`,
    option: {
      grid: { left: 190, right: 80, top: 68, bottom: runs.length > 1 ? 70 : 32 },
      ...shareHeatmap(
        columns.map((column) => column.title),
        names,
        cells,
        ink,
        { rotate: columns.length * 110 > width - 270 ? 45 : 0, isWritten: isFew, row: ROW },
      ),
    },
  };
}

interface Column {
  readonly title: string;
  readonly values: ReadonlyMap<string, number | null>;
}

const ofRuns = (runs: readonly NamedRun[]): Column[] =>
  runs.map(({ name, run }) => ({
    title: name,
    values: new Map(run.layers.map((layer) => [layer.name, layer.saturation])),
  }));

const ofThresholds = ({ run }: NamedRun): Column[] =>
  THRESHOLDS.map((threshold) => ({
    title: `${Number((100 * threshold).toPrecision(6))} %`,
    values: new Map(
      run.layers.map(({ name, eigenvalues, features }) => [
        name,
        recut(eigenvalues, features, threshold, countingRule(run.settings.idimRule))?.saturation ?? null,
      ]),
    ),
  }));
