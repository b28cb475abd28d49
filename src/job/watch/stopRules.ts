import { UserError } from '../../errors.js';
import { readLayers } from '../../readings/layerReadings.js';
import type { Run } from '../../run/schema.js';
import { counted, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';

/** When a training has nothing more to show, or has gone wrong. */
export type StopRule =
  /** No layer's saturation has moved by more than `within` over so many steps. */
  | { readonly kind: 'plateau'; readonly steps: number; readonly within: number }
  /** So many layers are a tail. */
  | { readonly kind: 'tail'; readonly layers: number }
  /** A layer's effective rank has fallen to this share of the most that it was. */
  | { readonly kind: 'collapse'; readonly share: number };

const FORMS =
  'plateau:<steps> (:<points> of saturation as a share, 0.01 by default), tail:<layers> or collapse (:<share> of the effective rank, 0.5 by default)';

/** `plateau:5`, `plateau:5:0.02`, `tail:3`, `collapse`, `collapse:0.3`. @throws UserError for anything else. */
export function parseStopRule(text: string): StopRule {
  const [kind, ...values] = text.trim().split(':');
  const numbers = values.map(Number);
  const wrong = () => new UserError(`--stop-when ${text} is not a rule: give ${FORMS}`);
  if (numbers.some((value) => !(value > 0)) || values.some((value) => value.trim() === '')) throw wrong();
  const [first, second] = numbers;
  if (kind === 'plateau' && Number.isSafeInteger(first ?? 5) && (second ?? 0.01) < 1 && numbers.length <= 2) {
    return { kind, steps: first ?? 5, within: second ?? 0.01 };
  }
  if (kind === 'tail' && Number.isSafeInteger(first ?? 1) && numbers.length <= 1) {
    return { kind, layers: first ?? 1 };
  }
  if (kind === 'collapse' && (first ?? 0.5) < 1 && numbers.length <= 1) return { kind, share: first ?? 0.5 };
  throw wrong();
}

/**
 * Why a training should stop, in a sentence; `undefined` where it should go on.
 *
 * @param runs of one split, by step.
 */
export function reasonToStop(rule: StopRule, runs: readonly Run[]): string | undefined {
  const last = runs.at(-1);
  if (!last) return undefined;
  switch (rule.kind) {
    case 'plateau': {
      const window = runs.slice(-(rule.steps + 1));
      if (window.length <= rule.steps) return undefined;
      const moved = last.layers.map(({ name }) => rangeOf(window, name));
      // A layer without a number at some step cannot be said to stand still.
      if (moved.length === 0 || moved.some((range) => range === undefined)) return undefined;
      const most = Math.max(...moved.flatMap((range) => range ?? []));
      if (most > rule.within) return undefined;
      return `plateau: over the last ${counted(rule.steps, 'step')} no layer's saturation moved by more than ${percent(most)}`;
    }
    case 'tail': {
      const tail = readLayers(last).layers.filter(({ kind }) => kind === 'tail');
      if (tail.length < rule.layers) return undefined;
      return `tail: ${counted(tail.length, 'layer')} from ${printable(tail[0].layer.name)} on`;
    }
    case 'collapse': {
      for (const layer of last.layers) {
        const ranks = runs.flatMap(
          ({ layers }) => layers.find(({ name }) => name === layer.name)?.effectiveRank ?? [],
        );
        const most = Math.max(...ranks);
        if (layer.effectiveRank === null || layer.effectiveRank === undefined || ranks.length < 2) continue;
        if (layer.effectiveRank <= rule.share * most) {
          return `collapse: the effective rank of ${printable(layer.name)} fell from ${most.toFixed(1)} to ${layer.effectiveRank.toFixed(1)}`;
        }
      }
      return undefined;
    }
  }
}

/** How far a layer's saturation ranged; `undefined` where it has no number in one of the runs. */
function rangeOf(runs: readonly Run[], name: string): number | undefined {
  const values = runs.map(
    ({ layers }) => layers.find((layer) => layer.name === name)?.saturation ?? undefined,
  );
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length ? undefined : Math.max(...known) - Math.min(...known);
}
