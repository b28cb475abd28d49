import { printable } from '../../text/printable.js';
import { nearOption } from '../options/nearOption.js';

/**
 * What commander says of a wrong call, as one sentence in the tone of delve's own errors.
 *
 * @param said such as `error: unknown option '--formt'\n(Did you mean --format?)\n`.
 * @param command the command that was called, such as `delve report`.
 * @param options of that command, such as `--format`.
 */
export function usageError(said: string, command: string, options: readonly string[] = []): string {
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
  // Commander's own guess goes by the letters alone.
  const unknown = /^unknown option '([^']*)'$/.exec(first)?.[1];
  const option = unknown === undefined ? undefined : nearOption(unknown, options);
  const meant = option ?? hint?.replace(/^\(Did you mean (.*)\?\)$/, '$1');
  const suggestion = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return `delve: ${printable(sentence)}${suggestion}: ${help}\n`;
}
