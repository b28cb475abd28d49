import type { CheckResult } from '../../check/check.js';
import type { Judgement } from '../../check/judgement.js';
import { titleOf } from '../../check/wording.js';
import { differenceInWords } from '../../run/compare/comparableSettings.js';
import type { Run } from '../../run/schema.js';
import { xmlText } from '../../text/xmlText.js';
import type { CheckOptions } from './checkFormat.js';

/**
 * JUnit's XML as test viewers read it (the schema of Jenkins' xunit plugin): a rule and a layer make a test case.
 * Warnings pass, and say so in what the case printed.
 */
export function junit(result: CheckResult, run: Run, { name = run.model.path }: CheckOptions = {}): string {
  const { judgements, violations } = result;
  const counts = `tests="${judgements.length}" failures="${violations.length}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="delve" ${counts} time="0">`,
    `  <testsuite name="${xmlText(name)}" ${counts} skipped="0" time="0">`,
    ...judgements.map(testCase),
    ...notes(result),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
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
