import { verdict } from '../../readings/advice.js';
import { readLayers } from '../../readings/layerReadings.js';
import type { Reading, ReadingKind } from '../../readings/reading.js';
import { remarks } from '../../readings/remarks.js';
import { differenceInWords, differencesOf } from '../../run/compare/comparableSettings.js';
import type { Run } from '../../run/schema.js';
import { counted } from '../../text/numbers.js';
import { unicode } from '../../text/symbols.js';
import { accuracyInWords } from '../accuracyInWords.js';
import { changeOf, points } from '../layersSideBySide.js';
import { namesOf, type RenderOptions } from '../options.js';
import { labelsInWords, preprocessingInWords } from './dataFacts.js';
import { code, codeNames, prose } from './foreignText.js';
import { shownRuns, tablesOfOne, tablesOfSeveral } from './layerTables.js';

/** GitHub takes 65,536 characters in a comment. Bytes are counted, which are no fewer, with room for a marker. */
const MOST_BYTES = 65_000;
const REMARKS_SHOWN = 8;

/**
 * A comment for a pull request: the verdict, then the layers. Many layers are folded, with the worst before them;
 * what does not fit into a comment of GitHub is left out, the least interesting first, and counted. Several runs are
 * laid side by side, with the change from the first to the last.
 */
export function markdown(runs: readonly Run[], options: RenderOptions): string {
  const names = namesOf(runs, options);
  const last = runs[runs.length - 1];
  const reading = readLayers(last);
  const named = codeNames(last.layers.map(({ name }) => name));
  const head = [
    `### ${headline(reading, runs)}`,
    ...facts(runs, names),
    bullets(doubts(runs, names)),
    verdict(reading, ({ name }) => named(name), unicode)
      .map((sentence) => `**${sentence}**`)
      .join(' '),
  ].filter((part) => part !== '');
  const text = head.join('\n\n');
  const layers = runs.length === 1 ? tablesOfOne(last) : tablesOfSeveral(runs, names);
  return `${text}\n\n${layers(MOST_BYTES - Buffer.byteLength(text))}\n`;
}

function headline({ layers }: Reading, runs: readonly Run[]): string {
  const count = (kind: ReadingKind) => layers.filter((layer) => layer.kind === kind).length;
  const found = (
    [
      ['tail', 'in a tail'],
      ['narrow', 'narrow'],
      ['dead', 'dead'],
      ['invalid', 'without numbers'],
      ['uncertain', 'not to be judged'],
    ] as const
  ).flatMap(([kind, words]) => (count(kind) > 0 ? [`${count(kind)} ${words}`] : []));
  const findings = found.length === 0 ? 'no tail and no narrow layer' : found.join(', ');
  return `Saturation of ${counted(layers.length, 'layer')}: ${findings}${runs.length > 1 ? `; ${moved(runs)}` : ''}`;
}

function moved(runs: readonly Run[]): string {
  const [first, last] = [runs[0], runs[runs.length - 1]];
  const before = new Map(first.layers.map((layer) => [layer.name, layer]));
  const changes = last.layers.flatMap((layer) => {
    const change = changeOf([before.get(layer.name), layer]);
    return change === null || points(change) === '0.0' ? [] : [change];
  });
  const most = changes.toSorted((a, b) => Math.abs(b) - Math.abs(a)).at(0);
  return most === undefined ? 'none changed' : `${changes.length} changed, by up to ${points(most)} points`;
}

function facts(runs: readonly Run[], names: readonly string[]): string[] {
  return runs.length === 1
    ? [[factsOf(runs[0], runs[0].model.path), ...dataOf(runs[0])].join('  \n')]
    : [bullets(shownRuns(runs.length).map((index) => factsOf(runs[index], names[index])))];
}

function factsOf({ data, settings }: Run, name: string): string {
  const threshold = Number((settings.threshold * 100).toPrecision(12));
  return `${code(name)} · ${counted(data.samples, 'sample')} of ${code(data.source)} · ${prose(settings.split)} · threshold ${threshold} %`;
}

/** Of several runs, only what differs is told. */
function dataOf({ data }: Run): string[] {
  const [prepared, labels] = [preprocessingInWords(data), labelsInWords(data)];
  const right = accuracyInWords(data);
  const all = [
    ...(right ? [right] : []),
    ...(prepared ? [`prepared: ${prepared}`] : []),
    ...(labels ? [labels] : []),
  ];
  return all.length === 0 ? [] : [prose(all.join(' · '))];
}

function doubts(runs: readonly Run[], names: readonly string[]): string[] {
  const [first] = runs;
  return runs.flatMap((run, index) => {
    const about = runs.length > 1 ? `${code(names[index])}: ` : '';
    return [
      ...differencesOf(first, run)
        .filter(({ isDecisive }) => isDecisive)
        .map((difference) => differenceInWords(difference, prose)),
      ...remarks(run, ({ name }) => `"${name}"`).map(prose),
    ].map((remark) => about + remark);
  });
}

function bullets(lines: readonly string[]): string {
  const rest = lines.length - REMARKS_SHOWN;
  const shown = rest > 0 ? [...lines.slice(0, REMARKS_SHOWN), `and ${counted(rest, 'more remark')}`] : lines;
  return shown.map((line) => `- ${line}`).join('\n');
}
