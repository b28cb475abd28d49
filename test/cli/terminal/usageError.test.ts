import { expect, test } from 'vitest';
import { usageError } from '../../../src/cli/terminal/usageError.js';

test.each([
  [
    "error: unknown option '--formt'\n(Did you mean --format?)\n",
    'delve: unknown option --formt (did you mean --format?): see `delve report --help`\n',
  ],
  ["error: unknown command 'x'\n", 'delve: unknown command x: see `delve report --help`\n'],
  [
    "error: option '--threshold <shares>' argument '2' is invalid. Give a number, such as 0.9.\n",
    'delve: --threshold 2 is invalid: give a number, such as 0.9\n',
  ],
  [
    "error: option '-f, --format <format>' argument 'a 'b'' is invalid. Allowed choices are table, json.\n",
    "delve: --format a 'b' is invalid: choose one of table, json\n",
  ],
  [
    "error: option '--output <file>' argument missing\n",
    'delve: option --output <file> is given without its value: see `delve report --help`\n',
  ],
  [
    "error: missing required argument 'model'\n",
    'delve: the argument <model> is missing: see `delve report --help`\n',
  ],
  [
    "error: too many arguments for 'check'. Expected 1 argument but got 2.\n",
    'delve: check takes at most 1 argument and was given 2: see `delve report --help`\n',
  ],
])('%j becomes a sentence with a way out', (said, sentence) => {
  expect(usageError(said, 'delve report')).toBe(sentence);
});

const options = ['--data', '--batch', '--out', '--min-saturation', '--max-saturation', '--threshold'];

test.each([
  ['--batch-size', '--batch'],
  ['--batch-size=4', '--batch'],
  ['--minimum-saturation', '--min-saturation'],
  ['--thresholds', '--threshold'],
  ['--output', '--out'],
  ['--save-dir', '--out'],
])('of an unknown option %s it asks whether %s was meant', (unknown, meant) => {
  expect(usageError(`error: unknown option '${unknown}'\n`, 'delve analyze', options)).toBe(
    `delve: unknown option ${unknown} (did you mean ${meant}?): see \`delve analyze --help\`\n`,
  );
});

test('asks nothing of an option that resembles none', () => {
  expect(usageError("error: unknown option '--colour-blind'\n", 'delve analyze', options)).toBe(
    'delve: unknown option --colour-blind: see `delve analyze --help`\n',
  );
});
