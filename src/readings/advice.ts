import type { RunLayer } from '../run/schema.js';
import { listed, percent } from '../text/numbers.js';
import type { Symbols } from '../text/symbols.js';
import { unicode } from '../text/symbols.js';
import { blockName } from './blocks.js';
import type { Finding, Reading, ReadingKind } from './reading.js';
import type { Tail, Unit } from './tail.js';

/** How to write a layer's name in a sentence. */
type Naming = (layer: Pick<RunLayer, 'name'>) => string;

/** What advice rests on, and how it is said. */
export interface Advisor extends Pick<Reading, 'findings' | 'network' | 'outputs'> {
  readonly name: Naming;
  readonly symbols: Symbols;
  /** Tails that share layers or lead to the same outputs, which are spoken of together. */
  readonly groups: readonly (readonly Tail[])[];
}

export const advisorOf = (
  reading: Pick<Reading, 'findings' | 'network' | 'outputs'>,
  name: Naming,
  symbols: Symbols = unicode,
): Advisor => ({ ...reading, name, symbols, groups: tailGroups(reading.findings) });

/** What a reading of a run means for its network, and what to do about it: a sentence or two each. */
export function verdict(reading: Reading, name: Naming, symbols: Symbols): string[] {
  const { findings, unjudged } = reading;
  const advisor = advisorOf(reading, name, symbols);
  if (unjudged !== undefined) return [`No advice: ${unjudged}. The numbers are shown, and not judged.`];
  const of = (...kinds: ReadingKind[]): RunLayer[] =>
    findings.filter(({ kind }) => kinds.includes(kind)).map(({ layer }) => layer);
  const said = [
    ...advisor.groups.map((tails) => ofTails(tails, advisor)),
    ...ofNarrow(
      findings.filter(({ kind }) => kind === 'narrow'),
      advisor,
    ),
    ...ofDead(of('dead'), name),
  ];
  const healthy = of('healthy', 'by design');
  if (said.length === 0 && healthy.length > 0) {
    said.push(`No tail and no narrow layer: ${subject(healthy)} ${inUse(healthy, advisor)}.`);
  }
  const unsure = of('uncertain', 'invalid').length;
  if (unsure > 0) {
    said.push(
      unsure === findings.length
        ? 'No layer can be judged by these numbers: see the remarks above.'
        : `${unsure} of ${findings.length} layers cannot be judged: see the remarks above.`,
    );
  }
  if (said.length > 0) return said;
  if (of('not judged').length > 0)
    return [
      'Only what is not judged was observed (layers in bodies of If, Loop or Scan, and operators that were asked for): there is nothing to judge.',
    ];
  return ['Only the output layer was observed: there is nothing to judge.'];
}

/** What to try about one layer; `null` where its reading calls for nothing, or numbers do not decide. */
export function adviceOn(advisor: Advisor, place: number): string | null {
  const finding = advisor.findings[place];
  switch (finding.kind) {
    case 'tail': {
      const group = tailGroups(advisor.findings).find((tails) =>
        tails.some(({ places }) => places.includes(place)),
      );
      return group ? ofTails(group, advisor) : null;
    }
    case 'narrow':
      return ofNarrow([finding], advisor)[0];
    case 'dead':
      return 'Check the preprocessing, and whether the data holds what the layer is there for, before you take it out.';
    default:
      return null;
  }
}

function tailGroups(findings: readonly Finding[]): Tail[][] {
  const tails = [...new Set(findings.flatMap(({ tail }) => tail ?? []))];
  const groups: Tail[][] = [];
  for (const tail of tails) {
    const kin = groups.filter((group) =>
      group.some(
        (other) =>
          other.places.some((place) => tail.places.includes(place)) ||
          other.outputs.join() === tail.outputs.join(),
      ),
    );
    for (const group of kin) groups.splice(groups.indexOf(group), 1);
    groups.push([...kin.flat(), tail]);
  }
  return groups;
}

function ofTails(tails: readonly Tail[], advisor: Advisor): string {
  const { findings, network, outputs, name } = advisor;
  const units = [
    ...new Map(tails.flatMap((tail) => tail.units.map((unit) => [unit.places[0], unit]))).values(),
  ];
  const places = [...new Set(tails.flatMap((tail) => tail.places))].sort((a, b) => a - b);
  const layers = places.map((place) => findings[place].layer);
  const reached = [...new Set(tails.flatMap((tail) => tail.outputs))];
  const [first] = units;
  if (outputs > 1) {
    // Saturation does not tell which outputs matter, and removing a layer may take an output's only path away.
    const which = listed(units.map((unit) => unitName(unit, advisor)));
    const named = listed(
      reached.map((index) => name({ name: network.nodes[index].id })),
      4,
    );
    const before =
      reached.length === 0 || reached.length === outputs
        ? `Before ${reached.length === outputs ? 'all' : 'some'} of the model's ${outputs} outputs`
        : `Before ${named}, ${reached.length === 1 ? 'one' : reached.length} of the model's ${outputs} outputs`;
    return (
      `${before}, ${which} ${inUse(layers, advisor)}, as do the layers that follow up to the outputs. ` +
      'Whether an output can do without, these numbers do not say: try one at a time.'
    );
  }
  const larger = places.some((place) => seesImages(place, advisor))
    ? '; larger inputs may help too, which only training tells'
    : '';
  const use = `${range(layers, advisor)} of ${layers.length === 1 || (units.length === 1 && first.block) ? 'its' : 'their'} features`;
  const isOne = units.length === 1;
  if (isOne) {
    const last = isLastBeforeOutput(first, advisor);
    const what = first.block ? 'block' : 'layer';
    const called = unitName(first, advisor).replace(/^the block (?=\S+$)/, '');
    const start = `The last ${what} before the output${last ? '' : ' that could be judged'}, ${called},`;
    return `${start} uses only ${use}: it adds little. Try removing it${larger}.`;
  }
  const blocks = units.filter(({ block }) => block).length;
  const kind = blocks === units.length ? 'blocks' : blocks === 0 ? 'layers' : 'blocks and layers';
  return (
    `From ${unitName(first, advisor)} on, ${units.length} ${kind} use only ${use}: the network has stopped working ` +
    `there. Try removing them${larger}.`
  );
}

function unitName({ block, places }: Unit, { findings, network, name }: Advisor): string {
  const names = places.map((place) => name(findings[place].layer));
  if (!block || (places.length === 1 && block.nodes.length === 1)) return names[0];
  const called = blockName(network, block);
  return called === undefined ? `the block of ${listed(names, 4)}` : `the block ${name({ name: called })}`;
}

/** Whether nothing but the output follows, observed or not. */
function isLastBeforeOutput({ places, block }: Unit, { findings, network }: Advisor): boolean {
  const own = new Set(block?.nodes ?? places.map((place) => network.nodeOf[place]));
  const outputs = new Set(
    findings.flatMap(({ kind }, place) => (kind === 'output' ? [network.nodeOf[place]] : [])),
  );
  let isLast = true;
  network.walk([...own], (index) => {
    const isMeeting = network.nodes[index].isJoin === true;
    if (!isMeeting && !own.has(index) && !outputs.has(index)) isLast = false;
    return isMeeting || own.has(index);
  });
  return isLast;
}

/** A convolution over two axes, which larger images give more to do. */
function seesImages(place: number, { network, findings }: Advisor): boolean {
  const { kernel } = network.nodes[network.nodeOf[place]];
  const { op, weightShape } = findings[place].layer;
  if (!op.includes('Conv')) return false;
  return (kernel?.length ?? (weightShape ? weightShape.length - 2 : 2)) === 2;
}

function ofNarrow(narrow: readonly Finding[], advisor: Advisor): string[] {
  if (narrow.length === 0) return [];
  const { name, network } = advisor;
  const layers = narrow.map(({ layer }) => layer);
  const share = range(layers, advisor);
  const tied = narrow.map(({ layer, tied }) =>
    tied.flatMap((index) => {
      const { id, isJoin } = network.nodes[index];
      return isJoin || id === layer.name ? [] : name({ name: id });
    }),
  );
  if (narrow.length === 1) {
    const [others] = tied;
    const together =
      others.length === 0 ? '' : ` Its width is also that of ${listed(others)}: they change together.`;
    return [
      `${name(layers[0])} is narrow (${share} of its features in use): widening it may help, which only training tells.${together}`,
    ];
  }
  const bound = layers.filter((_, i) => tied[i].length > 0);
  const together =
    bound.length === 0
      ? ''
      : ` ${bound.length === 1 ? 'The width' : 'The widths'} of ${listed(bound.map(name))} ${bound.length === 1 ? 'is' : 'are'} also that of other layers, which are added to or multiplied with ${bound.length === 1 ? 'it' : 'them'}: these change together.`;
  return [
    `${listed(layers.map(name))} are narrow (${share} of their features in use): widening them may help, which only training tells.${together}`,
  ];
}

function ofDead(dead: readonly RunLayer[], name: Naming): string[] {
  if (dead.length === 0) return [];
  return [
    `${listed(dead.map(name))} ${dead.length === 1 ? 'is' : 'are'} dead: nothing varies there over this data.`,
  ];
}

function subject(layers: readonly RunLayer[]): string {
  return layers.length === 1 ? 'the one layer that was judged' : 'the layers';
}

/** `use 23–81 % of their features`. */
function inUse(
  layers: readonly RunLayer[],
  advisor: Advisor,
  verb = layers.length === 1 ? 'uses ' : 'use ',
): string {
  return `${verb}${range(layers, advisor)} of ${layers.length === 1 ? 'its' : 'their'} features`;
}

/** `2–4 %`, or `3 %` where they do not differ. */
function range(layers: readonly RunLayer[], { findings, symbols }: Advisor): string {
  const wanted = new Set(layers);
  const saturations = findings.flatMap(({ layer, directions }) =>
    wanted.has(layer) ? [(directions ?? 0) / Math.max(1, layer.features)] : [],
  );
  const [low, high] = [Math.min(...saturations), Math.max(...saturations)].map((share) => percent(share, 0));
  return low === high ? high : `${low.replace(' %', '')}${symbols.range}${high}`;
}
