import { readLayers } from '../../readings/layerReadings.js';
import type { LayerReading, ReadingKind } from '../../readings/reading.js';
import type { Run } from '../../run/schema.js';
import { percent } from '../../text/numbers.js';
import { layersSideBySide, points } from '../layersSideBySide.js';
import { directionsInWords } from '../mostDirections.js';
import { plusMinusInWords } from '../uncertaintyInWords.js';
import { codeNames, prose } from './foreignText.js';

/** A layer's line in a table, and how much a reader wants to see it. */
export interface LayerRow {
  readonly cells: readonly string[];
  /** Smaller is more interesting. */
  readonly rank: number;
  readonly isFinding: boolean;
}

const order: readonly ReadingKind[] = [
  'invalid',
  'dead',
  'tail',
  'narrow',
  'uncertain',
  'healthy',
  'by design',
  'output',
  'not judged',
];

/** Which columns hold numbers, in tables of one run. */
export const numbersOfOne: readonly number[] = [2, 3, 4];

export function headOfOne(): string[] {
  return ['layer', 'op', 'features', 'dim', 'saturation', 'reading', 'warnings'];
}

/** The layers of one run, in forward order. */
export function rowsOfOne(run: Run): LayerRow[] {
  const named = codeNames(run.layers.map(({ name }) => name));
  return readLayers(run).layers.map((reading) => {
    const { layer, kind } = reading;
    const { name, op, features, saturation, warnings } = layer;
    return {
      cells: [
        named(name),
        prose(op),
        String(features),
        directionsInWords(layer),
        [share(saturation), plusMinusInWords(layer)].filter(Boolean).join(' '),
        wordFor(kind),
        prose(warnings.join('; ')),
      ],
      rank: rankOf(reading),
      isFinding: isFinding(kind),
    };
  });
}

export const numbersOfSeveral = (runs: number): number[] => Array.from({ length: runs + 2 }, (_, i) => i + 2);

/** @param names of the runs, as Markdown. */
export function headOfSeveral(names: readonly string[]): string[] {
  return ['layer', 'op', 'features', ...names, 'change', 'reading'];
}

/** Layers of several runs by name, in the order of the last run; then those that it has not. */
export function rowsOfSeveral(runs: readonly Run[]): LayerRow[] {
  const rows = layersSideBySide(runs);
  const named = codeNames(rows.map(({ reading }) => reading.layer.name));
  return rows.map(({ reading, layers, change, isGone }) => {
    const moved = Math.abs(change ?? 0);
    return {
      cells: [
        named(reading.layer.name),
        prose(reading.layer.op),
        String(reading.layer.features),
        ...layers.map((layer) => (layer ? share(layer.saturation) : '')),
        points(change),
        isGone ? 'gone' : wordFor(reading.kind),
      ],
      // A change is what two runs are laid side by side for; readings decide between those that changed alike.
      rank: isGone ? -1 : rankOf(reading) / 10 - moved,
      isFinding: isGone || layers[0] === undefined || moved >= 0.0005 || isFinding(reading.kind),
    };
  });
}

function rankOf({ kind, layer }: LayerReading): number {
  const saturation = layer.saturation ?? 0;
  // Of narrow layers the fullest comes first, of all others the emptiest.
  return order.indexOf(kind) + (kind === 'narrow' ? 1 - saturation : saturation) / 2;
}

const unremarkable: ReadonlySet<ReadingKind> = new Set(['healthy', 'by design', 'output', 'not judged']);
const isFinding = (kind: ReadingKind) => !unremarkable.has(kind);

function wordFor(kind: ReadingKind): string {
  return isFinding(kind) ? `**${kind}**` : kind;
}

const share = (saturation: number | null) => (saturation === null ? '–' : percent(saturation));
