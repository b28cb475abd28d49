import type { CheckResult } from '../../check/check.js';
import type { Judgement } from '../../check/judgement.js';
import { titleOf } from '../../check/wording.js';
import { differenceInWords } from '../../run/compare/comparableSettings.js';
import type { Renamed } from '../../run/compare/matchLayers.js';
import type { Run } from '../../run/schema.js';
import { counted, listed } from '../../text/numbers.js';
import { code, codeNames, prose } from '../markdown/foreignText.js';
import { markdownRow } from '../markdown/markdownText.js';
import { bySeverity } from './bySeverity.js';
import type { CheckOptions, Verdict } from './checkFormat.js';
import { fittingTable } from './fittingTable.js';

/** GitHub takes 65,536 characters in a comment. Bytes are counted, which are no fewer, with room for a marker. */
const MOST_BYTES = 65_000;
/** What stands around the table of what passed. */
const FOLD = 250;

/** How to write a layer's name. */
type Naming = (name: string) => string;

const NAMED = 10;

/**
 * A check for a pull request: the verdict, what broke, worst first, and what passed, folded up. What does not fit is
 * left out from the end, whole rows at a time, and counted.
 */
export function checkMarkdown(
  result: CheckResult,
  run: Run,
  { name = run.model.path, room = MOST_BYTES }: CheckOptions = {},
): string {
  const broken = bySeverity(result.judgements.filter(({ outcome }) => outcome !== 'passed'));
  const passed = result.judgements.filter(({ outcome }) => outcome === 'passed');
  const named = codeNames(result.judgements.flatMap(({ layer }) => layer ?? []));
  const names = (layers: readonly string[]) => listed(layers.map(codeNames(layers)), NAMED);
  const parts = [
    `### ${result.passed ? '✅' : '❌'} delve: ${verdict(result)}`,
    `${code(name)} · ${counted(run.data.samples, 'sample')} of ${code(run.data.source)}`,
    ...result.differences.map(
      (each) => `⚠️ The baseline was made differently: ${differenceInWords(each, prose)}.`,
    ),
    ...(result.renamed.length > 0 ? [`Another name in the baseline: ${renamedInWords(result.renamed)}`] : []),
    ...(result.added.length > 0
      ? [`Not in the baseline, so not held against it: ${names(result.added)}`]
      : []),
    ...(result.doubtful.length > 0
      ? [`Passed on no more observations than features: ${names(result.doubtful)}`]
      : []),
  ];
  const left = () => room - parts.reduce((sum, part) => sum + Buffer.byteLength(part) + 2, 1);
  if (broken.length > 0) {
    parts.push(
      fittingTable(
        ['', 'layer', 'found', 'rule'],
        broken.map((each) => row(each, named)),
        left(),
        leftOut(broken),
      ),
    );
  }
  if (passed.length > 0 && left() > 2 * FOLD) {
    const rows = passed.map((judgement) => markdownRow(cells(judgement, named)));
    const table = fittingTable(['layer', 'found', 'rule'], rows, left() - FOLD, leftOut(passed));
    const title = `${counted(passed.length, 'comparison')} passed`;
    parts.push(`<details><summary>${title}</summary>\n\n${table}\n\n</details>`);
  }
  return `${parts.join('\n\n')}\n`;
}

/** As `checkMarkdown`, one after the other, each in its share of the room. */
export function checkMarkdownAll(
  verdicts: readonly Verdict[],
  { room = MOST_BYTES }: CheckOptions = {},
): string {
  const share = Math.floor(room / verdicts.length) - 1;
  return verdicts
    .map(({ result, run, name }) => checkMarkdown(result, run, { name, room: share }))
    .join('\n');
}

const renamedInWords = (renamed: readonly Renamed[]): string =>
  listed(
    renamed.map(({ name, was }) => `${code(name)} (was ${code(was)})`),
    NAMED,
  );

function verdict({ passed, judgements, violations, layers, comparisons }: CheckResult): string {
  const warned = judgements.filter(({ outcome }) => outcome === 'warned').length;
  const warnings = warned > 0 ? `, ${counted(warned, 'warning')}` : '';
  const scope = `${counted(comparisons, 'comparison')} on ${counted(layers, 'layer')}`;
  return passed
    ? `passed, ${scope}${warnings}`
    : `${counted(violations.length, 'violation')} in ${scope}${warnings}`;
}

const row = (judgement: Judgement, named: Naming): string =>
  markdownRow([judgement.outcome === 'failed' ? '❌' : '⚠️', ...cells(judgement, named)]);

function cells(judgement: Judgement, named: Naming): string[] {
  const { layer, message, warnings } = judgement;
  const doubt = warnings.length > 0 ? ` (${warnings.join('; ')})` : '';
  return [
    layer === undefined ? '*whole run*' : named(layer),
    prose(message + doubt),
    prose(titleOf(judgement)),
  ];
}

/** What the last rows were, of these: `12 violations and 3 warnings`. */
function leftOut(judgements: readonly Judgement[]): (rows: number) => string {
  return (rows) => {
    const gone = judgements.slice(judgements.length - rows);
    const of = (wanted: Judgement['outcome'], noun: string) => {
      const count = gone.filter(({ outcome }) => outcome === wanted).length;
      return count === 0 ? [] : [counted(count, noun)];
    };
    const what = [...of('failed', 'violation'), ...of('warned', 'warning'), ...of('passed', 'comparison')];
    return `${what.join(' and ')} more did not fit in here: \`--format json\` has them all.`;
  };
}
