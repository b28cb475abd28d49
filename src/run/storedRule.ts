import { UserError } from '../errors.js';
import { excerpt } from '../shape/jsonShape.js';
import type { CountingRule, IdimRule } from '../stats/intrinsicDimensionality.js';

/**
 * How `run.json` names the rules. What is called `delve` everywhere else is stored by the release that it follows: a
 * stored `delve` comes from delve-onnx 0.1.0, where it was what the package's source intends and no release returns.
 * Such runs keep that meaning when they are read and cut again; it cannot be asked for.
 */
export const storedRules = ['explained', 'delve', 'delve-0.1.50'] as const;
export type StoredRule = (typeof storedRules)[number];

/** What may be asked for; `delve-0.1.50` is an earlier name of `delve`. */
export const ruleNames = ['explained', 'delve', 'delve-0.1.50'] as const;
export type RuleName = (typeof ruleNames)[number];

/** @throws UserError where there is no such rule, which only programs without types can ask for. */
export function ruleCalled(name: RuleName): IdimRule {
  if (!ruleNames.includes(name)) {
    throw new UserError(`there is no idimRule ${excerpt(name)}: give explained or delve`);
  }
  return name === 'explained' ? 'explained' : 'delve';
}

export function storedRule(rule: IdimRule): StoredRule {
  return rule === 'explained' ? 'explained' : 'delve-0.1.50';
}

/** The rule that a run was counted by. */
export function countingRule(stored: StoredRule): CountingRule {
  switch (stored) {
    case 'explained':
      return 'explained';
    case 'delve-0.1.50':
      return 'delve';
    case 'delve':
      return 'intended';
  }
}

/** For people: a run of 0.1.0 must not read as if it were counted by what is called `delve` now. */
export function ruleInWords(stored: StoredRule): string {
  switch (stored) {
    case 'explained':
      return 'explained';
    case 'delve-0.1.50':
      return 'delve';
    case 'delve':
      return 'delve as of delve-onnx 0.1.0';
  }
}
