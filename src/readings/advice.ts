import type { RunLayer } from '../run/schema.js';
import { listed, percent } from '../text/numbers.js';
import type { Symbols } from '../text/symbols.js';
import type { Reading, ReadingKind } from './layerReadings.js';

/** How to write a layer's name in a sentence. */
type Naming = (layer: RunLayer) => string;

/** What a reading of a run means for its network, and what to do about it: a sentence or two each. */
export function verdict(
  { layers, outputs }: Pick<Reading, 'layers' | 'outputs'>,
  name: Naming,
  symbols: Symbols,
): string[] {
  const of = (...kinds: ReadingKind[]): RunLayer[] =>
    layers.filter(({ kind }) => kinds.includes(kind)).map(({ layer }) => layer);
  const findings = [
    ...ofTail(of('tail'), outputs, name, symbols),
    ...ofNarrow(of('narrow'), name, symbols),
    ...ofDead(of('dead'), name),
  ];
  const healthy = of('healthy');
  if (findings.length === 0 && healthy.length > 0) {
    findings.push(`No tail and no narrow layer: ${subject(healthy, 'layers')} ${inUse(healthy, symbols)}.`);
  }
  const unjudged = of('uncertain', 'invalid').length;
  if (unjudged > 0) {
    findings.push(
      unjudged === layers.length
        ? 'No layer can be judged by these numbers: see the remarks above.'
        : `${unjudged} of ${layers.length} layers cannot be judged: see the remarks above.`,
    );
  }
  if (findings.length > 0) return findings;
  return ['Only the output layer was observed: there is nothing to judge.'];
}

function ofTail(tail: readonly RunLayer[], outputs: number, name: Naming, symbols: Symbols): string[] {
  const [first] = tail;
  if (!first) return [];
  const larger = tail.some(({ op }) => op.includes('Conv')) ? ', or feed larger inputs' : '';
  if (outputs > 1) {
    // Saturation does not tell which outputs matter, and removing a layer may take an output's only path away.
    const which = listed(tail.map(name));
    return [
      `Before some of the model's ${outputs} outputs, ${which} ${inUse(tail, symbols)}, as do the layers that ` +
        'follow up to the outputs. Whether an output can do without, these numbers do not say: try one at a time.',
    ];
  }
  if (tail.length === 1) {
    return [
      `The last layer before the output, ${name(first)}, uses only ${inUse(tail, symbols, '')}: it adds little. ` +
        `Try removing it${larger}.`,
    ];
  }
  return [
    `From ${name(first)} on, ${tail.length} layers use only ${inUse(tail, symbols, '')}: the network has stopped ` +
      `working there. Try removing them${larger}.`,
  ];
}

function ofNarrow(narrow: readonly RunLayer[], name: Naming, symbols: Symbols): string[] {
  if (narrow.length === 0) return [];
  const names = listed(narrow.map(name));
  return narrow.length === 1
    ? [`${names} is narrow (${range(narrow, symbols)} of its features in use): widening it may help.`]
    : [`${names} are narrow (${range(narrow, symbols)} of their features in use): widening them may help.`];
}

function ofDead(dead: readonly RunLayer[], name: Naming): string[] {
  if (dead.length === 0) return [];
  return [
    `${listed(dead.map(name))} ${dead.length === 1 ? 'is' : 'are'} dead: nothing varies there over this data.`,
  ];
}

function subject(layers: readonly RunLayer[], noun: string): string {
  return layers.length === 1 ? 'the one layer that was judged' : `the ${noun}`;
}

/** `use 23–81 % of their features`. */
function inUse(
  layers: readonly RunLayer[],
  symbols: Symbols,
  verb = layers.length === 1 ? 'uses ' : 'use ',
): string {
  return `${verb}${range(layers, symbols)} of ${layers.length === 1 ? 'its' : 'their'} features`;
}

/** `2–4 %`, or `3 %` where they do not differ. */
function range(layers: readonly RunLayer[], symbols: Symbols): string {
  const saturations = layers.map(({ saturation }) => saturation ?? 0);
  const [low, high] = [Math.min(...saturations), Math.max(...saturations)].map((share) => percent(share, 0));
  return low === high ? high : `${low.replace(' %', '')}${symbols.range}${high}`;
}
