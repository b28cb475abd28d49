import type { CheckResult, RuleName, Violation } from '../check/check.js';
import { displayWidth, padEnd, shorten } from './displayWidth.js';
import { counted, listed } from './numbers.js';
import { type RenderOptions, type Style, styleOf } from './options.js';
import { printable } from './printable.js';

const WIDEST_NAME = 40;

/** A check in words: a line a violation, then the verdict on one. */
export function formatCheck(result: CheckResult, options: RenderOptions = {}): string {
  const style = styleOf(options);
  const { chalk, symbols } = style;
  const names = result.violations.map(({ layer }) =>
    shorten(printable(layer), WIDEST_NAME, symbols.ellipsis),
  );
  const width = Math.max(0, ...names.map(displayWidth));
  const lines = result.violations.map(
    (violation, i) => `${chalk.red(symbols.failed)} ${padEnd(names[i], width)}  ${complaint(violation)}`,
  );
  return `${[...lines, ...notes(result), verdict(result, style)].join('\n')}\n`;
}

function complaint({ kind, rule, bound, saturation, baseline, warnings }: Violation): string {
  const doubt = warnings.length > 0 ? ` (${printable(warnings.join('; '))})` : '';
  const origin = `${rule} ${bound.glob === undefined ? '' : `${printable(bound.glob)}=`}${bound.bound}`;
  if (kind === 'gone') return `is gone: the baseline has it, this run has not [${origin}]`;
  if (kind === 'invalid') {
    return saturation === null
      ? `has no saturation that could be checked${doubt} [${origin}]`
      : `has no saturation in the baseline to compare with [${origin}]`;
  }
  return `saturation ${beyond(rule, saturation ?? 0, bound.bound, baseline ?? 0)}${doubt} [${origin}]`;
}

function beyond(rule: RuleName, saturation: number, bound: number, baseline: number): string {
  const value = distinct(saturation, bound);
  switch (rule) {
    case 'minSaturation':
      return `${value} is below ${bound}`;
    case 'maxSaturation':
      return `${value} is above ${bound}`;
    case 'maxDrop':
      return `${short(saturation)} is ${distinct(baseline - saturation, bound)} below the baseline's ${short(baseline)}, more than ${bound}`;
  }
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** In four digits, unless that makes it look like the bound that it is beyond. */
function distinct(value: number, bound: number): string {
  return short(value) === short(bound) ? String(value) : short(value);
}

function notes({ added, doubtful }: CheckResult): string[] {
  const names = (layers: readonly string[]) => listed(layers.map(printable));
  return [
    ...(added.length > 0 ? [`  not in the baseline, so not held against it: ${names(added)}`] : []),
    ...(doubtful.length > 0 ? [`  passed on no more observations than features: ${names(doubtful)}`] : []),
  ];
}

function verdict(
  { passed, violations, layers, comparisons }: CheckResult,
  { chalk, symbols }: Style,
): string {
  const scope = `${counted(comparisons, 'comparison')} on ${counted(layers, 'layer')}`;
  if (passed) return chalk.green(`${symbols.passed} check passed: ${scope}`);
  const failing = new Set(violations.map(({ layer }) => layer)).size;
  return chalk.red.bold(
    `check failed: ${counted(violations.length, 'violation')} in ${counted(failing, 'layer')}, of ${scope}`,
  );
}
