import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { shownPath } from '../../files/shownPath.js';
import { type ResultFormatName, resultFormatNames } from '../../report/formatNames.js';
import type { RenderOptions } from '../../report/options.js';
import { type Context, hasColor, print } from './context.js';

/** Options that say where the result of a comparison of layers goes, and how it looks. */
export interface ResultFlags {
  readonly format?: ResultFormatName;
  readonly json?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
}

export function addResultFormat(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .addOption(
      new Option('--format <format>', 'how it is printed; by default what --output is called')
        .choices(resultFormatNames)
        .default(undefined, 'table'),
    );
}

export function addResultOutput(command: Command): Command {
  return command
    .option('--output <file>', 'where it goes instead of stdout')
    .option('--json', 'the same as --format json')
    .option('--quiet', 'no progress and no notices on stderr');
}

/** @throws UserError where a picture would go to a terminal. */
export function resultFormat({ format, json, output }: ResultFlags): ResultFormatName {
  const chosen = format ?? (json ? 'json' : formatCalled(output));
  if (chosen === 'png' && output === undefined) {
    throw new UserError('--format png goes to a file: name it with --output');
  }
  return chosen;
}

/**
 * Prints a result, or writes it to `--output`.
 *
 * @param inputs files that must not be written over, and the data.
 * @throws UserError where the file is one of these, or cannot be written.
 */
export async function writeResult(
  render: (style: RenderOptions) => Promise<string | Uint8Array>,
  { output, quiet }: ResultFlags,
  inputs: {
    readonly files: readonly { readonly path: string; readonly what: string }[];
    readonly data: readonly string[];
  },
  context: Context,
): Promise<void> {
  const { stdout, stderr, env, cwd } = context;
  const content = await render({
    color: output === undefined && hasColor(stdout, env),
    width: output === undefined ? stdout.columns : undefined,
  });
  if (output === undefined) return print(context, String(content));
  const [{ requireHarmless }, { writeOutputs }] = await Promise.all([
    import('../../job/requireHarmless.js'),
    import('../../job/outputFiles.js'),
  ]);
  await requireHarmless([output], inputs);
  await writeOutputs([{ path: output, content }], { makeFolders: false });
  if (!quiet) stderr.write(`written: ${shownPath(output, cwd)}\n`);
}

const formats: ReadonlyMap<string, ResultFormatName> = new Map([
  ['.json', 'json'],
  ['.csv', 'csv'],
  ['.svg', 'svg'],
  ['.png', 'png'],
]);

const formatCalled = (output: string | undefined): ResultFormatName =>
  formats.get(extname(output ?? '').toLowerCase()) ?? 'table';
