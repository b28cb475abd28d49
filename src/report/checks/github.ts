import type { CheckResult } from '../../check/check.js';
import type { Judgement } from '../../check/judgement.js';
import { titleOf } from '../../check/wording.js';
import type { Run } from '../../run/schema.js';
import { printable } from '../../text/printable.js';
import { shortener } from '../../text/shortNames.js';
import { bySeverity } from './bySeverity.js';
import type { CheckOptions, Verdict } from './checkFormat.js';
import { checkTextAll, formatCheck } from './checkText.js';

/** GitHub shows so many annotations of each kind a step. */
const SHOWN = 10;
/** A title stands on one line, beside a mark. */
const WIDEST_NAME = 80;

/**
 * Commands of a GitHub workflow that make annotations, the worst first; where there are more than are shown, the last
 * one says so. Then the check in words, for the log.
 */
export function github(result: CheckResult, _run: Run, options: CheckOptions = {}): string {
  return [
    ...annotations(result.judgements),
    harmless(formatCheck(result, { ...options, color: false })),
  ].join('\n');
}

/** As `github`, the worst of all runs first: GitHub counts annotations by step. */
export function githubAll(verdicts: readonly Verdict[], options: CheckOptions = {}): string {
  const names = new Map(
    verdicts.flatMap(({ result, name }) => result.judgements.map((each) => [each, name])),
  );
  return [
    ...annotations([...names.keys()], names),
    harmless(checkTextAll(verdicts, { ...options, color: false })),
  ].join('\n');
}

/** @param runs what to call the run of each, where there are several. */
function annotations(judgements: readonly Judgement[], runs?: ReadonlyMap<Judgement, string>): string[] {
  const of = (outcome: Judgement['outcome']) =>
    bySeverity(judgements.filter((judgement) => judgement.outcome === outcome));
  return [...commands('error', of('failed'), runs), ...commands('warning', of('warned'), runs)];
}

function commands(
  command: 'error' | 'warning',
  judgements: readonly Judgement[],
  runs?: ReadonlyMap<Judgement, string>,
): string[] {
  const line = (title: string, text: string) => `::${command} title=${property(title)}::${data(text)}`;
  const short = shortener(
    judgements.flatMap(({ layer }) => layer ?? []),
    WIDEST_NAME,
  );
  const all = judgements.map((judgement) => {
    const { message, warnings } = judgement;
    const layer = printable(judgement.layer ?? 'whole run');
    const title = short(layer);
    const subject = title === layer ? '' : `${layer} `;
    const doubt = warnings.length > 0 ? ` (${warnings.join('; ')})` : '';
    const run = runs?.get(judgement);
    const of = run === undefined ? '' : `${printable(run)}: `;
    return line(`delve: ${title}`, of + subject + printable(`${message}${doubt} [${titleOf(judgement)}]`));
  });
  if (all.length <= SHOWN) return all;
  const rest = all.length - SHOWN + 1;
  const noun = command === 'error' ? 'violations' : 'warnings';
  return [...all.slice(0, SHOWN - 1), line('delve', `${rest} more ${noun}: see the log of this step`)];
}

/** GitHub's runner also takes `##[set-output name=x]y` for a command, wherever in a line it stands. */
const harmless = (text: string): string => text.replaceAll('##[', '#\\x23[');

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
