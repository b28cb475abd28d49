import type { CheckResult } from '../../check/check.js';
import type { Judgement } from '../../check/judgement.js';
import { titleOf } from '../../check/wording.js';
import { differenceInWords } from '../../run/compare/comparableSettings.js';
import type { Renamed } from '../../run/compare/matchLayers.js';
import type { Run } from '../../run/schema.js';
import { displayWidth, padEnd } from '../../text/displayWidth.js';
import { counted, listed } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import { type Style, styleOf } from '../options.js';
import type { CheckOptions, Verdict } from './checkFormat.js';

const WIDEST_NAME = 40;
const WHOLE_RUN = '(whole run)';

/** A check in words: a line for everything that did not pass, then the verdict on one. */
export function checkText(result: CheckResult, _run: Run, options: CheckOptions = {}): string {
  return formatCheck(result, options);
}

/** As `checkText`, each run under its name. */
export function checkTextAll(verdicts: readonly Verdict[], options: CheckOptions = {}): string {
  return verdicts.map(({ result, name }) => `${printable(name)}\n${formatCheck(result, options)}`).join('\n');
}

/** As `checkText`; the run is not needed. */
export function formatCheck(result: CheckResult, options: CheckOptions = {}): string {
  const style = styleOf(options);
  const { chalk, symbols } = style;
  const broken = result.judgements.filter(({ outcome }) => outcome !== 'passed');
  const layers = broken.map(({ layer }) => (layer === undefined ? WHOLE_RUN : printable(layer)));
  const short = shortNames(layers, WIDEST_NAME, symbols.ellipsis);
  const names = layers.map((layer) => short.get(layer) ?? layer);
  const width = Math.max(0, ...names.map(displayWidth));
  const lines = broken.map((judgement, i) => {
    const mark = judgement.outcome === 'failed' ? chalk.red(symbols.failed) : chalk.yellow(symbols.warned);
    return `${mark} ${padEnd(names[i], width)}  ${complaint(judgement)}`;
  });
  return `${[...lines, ...notes(result), verdict(result, style)].join('\n')}\n`;
}

function complaint(judgement: Judgement): string {
  const { message, warnings, rule, reason } = judgement;
  const doubt = warnings.length > 0 && reason !== 'gone' ? ` (${printable(warnings.join('; '))})` : '';
  const origin =
    rule.option !== undefined ? rule.origin : `${rule.origin.replace(/^.*: /s, '')}: ${titleOf(judgement)}`;
  return `${message}${doubt} [${printable(origin)}]`;
}

function notes({ added, doubtful, differences, renamed }: CheckResult): string[] {
  const names = (layers: readonly string[]) => listed(layers.map(printable));
  return [
    ...differences.map(
      (each) => `  the baseline was made differently: ${printable(differenceInWords(each))}`,
    ),
    ...(renamed.length > 0 ? [`  another name in the baseline: ${listed(renamed.map(renamedInWords))}`] : []),
    ...(added.length > 0 ? [`  not in the baseline, so not held against it: ${names(added)}`] : []),
    ...(doubtful.length > 0 ? [`  passed on no more observations than features: ${names(doubtful)}`] : []),
  ];
}

/** `fc (was head)`. */
const renamedInWords = ({ name, was }: Renamed): string => `${printable(name)} (was ${printable(was)})`;

function verdict(result: CheckResult, { chalk, symbols }: Style): string {
  const { passed, judgements, violations, layers, comparisons } = result;
  const scope = `${counted(comparisons, 'comparison')} on ${counted(layers, 'layer')}`;
  const warned = judgements.filter(({ outcome }) => outcome === 'warned').length;
  const warnings = warned > 0 ? `, ${counted(warned, 'warning')}` : '';
  if (passed) return chalk.green(`${symbols.passed} check passed: ${scope}${warnings}`);
  const failing = new Set(violations.map(({ layer }) => layer)).size;
  const where = violations.every(({ layer }) => layer !== undefined)
    ? ` in ${counted(failing, 'layer')}`
    : '';
  return chalk.red.bold(
    `check failed: ${counted(violations.length, 'violation')}${where}, of ${scope}${warnings}`,
  );
}
