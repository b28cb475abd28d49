import type { Run, RunLayer } from '../run/schema.js';
import { shardInWords } from '../run/shardInWords.js';
import { counted, listed } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { magnitudesInWords } from './magnitudesInWords.js';

/** Doubts about a run and its layers, in words, the weightiest first. */
export function remarks(run: Run, name: (layer: RunLayer) => string): string[] {
  return [...ofRun(run), ...ofLayers(run.layers, name), ...magnitudesInWords(run.layers, name)];
}

function ofRun({ data, settings, warnings = [], notObservable = [] }: Run): string[] {
  const lines: string[] = [];
  if (data.reader === 'random' && !warnings.some((warning) => warning.includes('random data'))) {
    lines.push('random data: the numbers say nothing about real use');
  }
  lines.push(...warnings);
  if (data.shard && data.shard.parts.length > 1) {
    lines.push(
      `only the samples of shards ${shardInWords(data.shard)}: the others were missing when they were merged`,
    );
  }
  const { labels, samples, available = samples } = data;
  // Folders are read one class after the other, so the first samples are no sample of the whole.
  const isFirst = settings.maxSamples !== undefined && settings.order !== 'drawn' && !data.shard;
  if (labels && isFirst && samples < available) {
    const names = Object.keys(labels.counts).map(printable);
    lines.push(
      `only the first ${samples} of ${available} samples were used, labelled ${listed(names, 10)}: labels that come later are missing`,
    );
  }
  if (data.skipped > 0) {
    const [first] = data.skippedSamples ?? [];
    const example = first ? `, such as ${first.origin} (${first.reason})` : '';
    lines.push(`${counted(data.skipped, 'sample')} ${data.skipped === 1 ? 'was' : 'were'} skipped${example}`);
  }
  if (notObservable.length > 0) {
    const [{ node, op, reason }] = notObservable;
    const others = notObservable.length - 1;
    lines.push(
      `not observed: ${node || op} (${reason})${others > 0 ? ` and ${counted(others, 'more node')}` : ''}; see \`delve inspect\``,
    );
  }
  return lines;
}

/** One remark for all layers whose warnings differ in numbers only: a run over little data has one a layer. */
function ofLayers(layers: readonly RunLayer[], name: (layer: RunLayer) => string): string[] {
  const alike = new Map<string, { texts: Set<string>; layers: RunLayer[] }>();
  for (const layer of layers) {
    for (const warning of doubts(layer)) {
      const key = warning.replace(/\d+/g, '0').replace(/direction\b/g, 'directions');
      const group = alike.get(key) ?? { texts: new Set(), layers: [] };
      group.texts.add(warning);
      group.layers.push(layer);
      alike.set(key, group);
    }
  }
  return [...alike.values()].map(({ texts, layers: [first, ...others] }) => {
    const [text] = texts;
    if (texts.size === 1) return `${listed([first, ...others].map(name))}: ${text}`;
    return `${name(first)}: ${text} (likewise ${listed(others.map(name))})`;
  });
}

function doubts({ warnings, invalid }: RunLayer): readonly string[] {
  if (warnings.length > 0 || !invalid) return warnings;
  return [`invalid: ${invalid.reason} (batch ${invalid.batch})`];
}
