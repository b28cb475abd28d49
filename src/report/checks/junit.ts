import type { CheckResult } from '../../check/check.js';
import type { Judgement } from '../../check/judgement.js';
import { titleOf } from '../../check/wording.js';
import { differenceInWords } from '../../run/compare/comparableSettings.js';
import type { Run } from '../../run/schema.js';
import { xmlText } from '../../text/xmlText.js';
import type { CheckOptions, Verdict } from './checkFormat.js';

/**
 * JUnit's XML as test viewers read it (the schema of Jenkins' xunit plugin): a rule and a layer make a test case.
 * Warnings pass, and say so in what the case printed.
 */
export function junit(result: CheckResult, run: Run, { name = run.model.path }: CheckOptions = {}): string {
  return junitAll([{ result, run, name }]);
}

/** As `junit`: a suite for each run. */
export function junitAll(verdicts: readonly Verdict[]): string {
  const suites = verdicts.flatMap(({ result, name }) => [
    `  <testsuite name="${xmlText(name)}" ${countsOf([result])} skipped="0" time="0">`,
    ...result.judgements.map(testCase),
    ...notes(result),
    '  </testsuite>',
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="delve" ${countsOf(verdicts.map(({ result }) => result))} time="0">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function countsOf(results: readonly CheckResult[]): string {
  const sum = (of: (result: CheckResult) => readonly Judgement[]) =>
    results.reduce((total, result) => total + of(result).length, 0);
  return `tests="${sum(({ judgements }) => judgements)}" failures="${sum(({ violations }) => violations)}" errors="0"`;
}

/** What no test case is about, and a reader should know. */
function notes({ added, doubtful, differences, renamed }: CheckResult): string[] {
  const lines = [
    ...differences.map((each) => `the baseline was made differently: ${differenceInWords(each)}`),
    ...renamed.map(({ name, was }) => `another name in the baseline: ${name} (was ${was})`),
    ...added.map((name) => `not in the baseline, so not held against it: ${name}`),
    ...doubtful.map((name) => `passed on no more observations than features: ${name}`),
  ];
  return lines.length === 0 ? [] : [`    <system-out>${xmlText(lines.join('\n'))}</system-out>`];
}

/** Jenkins splits a class name into package and class at its last dot, so that bounds and layers stand in the name. */
function testCase(judgement: Judgement): string {
  const { layer, outcome, message, warnings, reason, statistic } = judgement;
  const className = `delve.${statistic.replaceAll(/\W+/g, '_')}`;
  const name = `${layer ?? '(whole run)'}: ${titleOf(judgement)}`;
  const open = `    <testcase classname="${xmlText(className)}" name="${xmlText(name)}" time="0"`;
  const text = xmlText([message, ...warnings].join('; '));
  if (outcome === 'failed') {
    return `${open}>\n      <failure message="${xmlText(message)}" type="${reason ?? 'bound'}">${text}</failure>\n    </testcase>`;
  }
  if (outcome === 'warned')
    return `${open}>\n      <system-out>warning: ${text}</system-out>\n    </testcase>`;
  return `${open}/>`;
}
