import { printable } from '../report/printable.js';

/**
 * What commander says of a wrong call, as one sentence in the tone of delve's own errors.
 *
 * @param said such as `error: unknown option '--formt'\n(Did you mean --format?)\n`.
 * @param command the command that was called, such as `delve report`.
 */
export function usageError(said: string, command: string): string {
  const [first, hint] = said
    .trim()
    .replace(/^error: /, '')
    .split('\n');
  const help = `see \`${command} --help\``;
  const invalid = /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '([\s\S]*)' is invalid\. (.*?)\.?$/.exec(
    first,
  );
  if (invalid) {
    const [, option, value, wanted] = invalid;
    const way = wanted.replace(/^Allowed choices are/, 'Choose one of');
    return `delve: ${option} ${printable(value)} is invalid: ${way.charAt(0).toLowerCase()}${way.slice(1)}\n`;
  }
  const sentence = first
    .replace(/^option '([^']*)' argument missing$/, 'option $1 is given without its value')
    .replace(/^missing required argument '([^']*)'$/, 'the argument <$1> is missing')
    .replace(
      /^too many arguments for '([^']*)'\. Expected (\d+) (arguments?) but got (\d+)\.$/,
      '$1 takes at most $2 $3 and was given $4',
    )
    .replace(/^(unknown (?:option|command)) '([^']*)'$/, '$1 $2');
  const suggestion =
    hint === undefined ? '' : ` (${hint.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?')})`;
  return `delve: ${printable(sentence)}${suggestion}: ${help}\n`;
}
