import type { CheckResult } from '../../check/check.js';
import type { Judgement } from '../../check/judgement.js';
import { titleOf } from '../../check/wording.js';
import type { Run } from '../../run/schema.js';
import { markdownTable, markdownText } from '../markdownText.js';
import { counted } from '../numbers.js';
import { bySeverity } from './bySeverity.js';
import type { CheckOptions } from './checkFormat.js';

/** What GitHub takes for one comment, with room for what stands around. */
const LONGEST = 60_000;

/** A check for a pull request: the verdict, what broke, worst first, and what passed, folded up. */
export function checkMarkdown(result: CheckResult, run: Run, { name }: CheckOptions = {}): string {
  const broken = bySeverity(result.judgements.filter(({ outcome }) => outcome !== 'passed'));
  const passed = result.judgements.filter(({ outcome }) => outcome === 'passed');
  const head = [
    `### ${result.passed ? '✅' : '❌'} delve: ${verdict(result)}`,
    `${markdownText(name ?? run.model.path)} · ${counted(run.data.samples, 'sample')} of ${markdownText(run.data.source)}`,
    ...(result.added.length > 0
      ? [`Not in the baseline, so not held against it: ${result.added.map(markdownText).join(', ')}`]
      : []),
  ];
  let text = head.join('\n\n');
  if (broken.length > 0)
    text += `\n\n${fitting(['', 'layer', 'found', 'rule'], broken, row, LONGEST - text.length)}`;
  if (passed.length > 0) {
    const table = fitting(
      ['layer', 'found', 'rule'],
      passed,
      (of) => row(of).slice(1),
      LONGEST - text.length - 200,
    );
    text += `\n\n<details><summary>${counted(passed.length, 'comparison')} passed</summary>\n\n${table}\n\n</details>`;
  }
  return `${text}\n`;
}

function verdict({ passed, judgements, violations, layers, comparisons }: CheckResult): string {
  const warned = judgements.filter(({ outcome }) => outcome === 'warned').length;
  const warnings = warned > 0 ? `, ${counted(warned, 'warning')}` : '';
  const scope = `${counted(comparisons, 'comparison')} on ${counted(layers, 'layer')}`;
  return passed
    ? `passed, ${scope}${warnings}`
    : `${counted(violations.length, 'violation')} in ${scope}${warnings}`;
}

function row(judgement: Judgement): string[] {
  const { outcome, layer, message, warnings } = judgement;
  const doubt = warnings.length > 0 ? ` (${warnings.join('; ')})` : '';
  return [
    outcome === 'failed' ? '❌' : '⚠️',
    layer === undefined ? '*whole run*' : markdownText(layer),
    markdownText(message + doubt),
    markdownText(titleOf(judgement)),
  ];
}

/** As many rows as there is room for, and how many are left out. */
function fitting(
  header: readonly string[],
  judgements: readonly Judgement[],
  cells: (judgement: Judgement) => string[],
  room: number,
): string {
  const rows: string[][] = [];
  let length = 0;
  for (const judgement of judgements) {
    const next = cells(judgement);
    length += next.join(' | ').length + 6;
    if (length > room) break;
    rows.push(next);
  }
  const left = judgements.length - rows.length;
  return `${markdownTable(header, rows)}${left > 0 ? `\n\n${left} more are left out here.` : ''}`;
}
