import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CheckResult } from '../check/check.js';
import { messageOf, UserError } from '../errors.js';
import type { Run } from '../run/schema.js';
import { type Context, hasColor, print } from './context.js';

/** The names of `checkFormats`, which are not asked here: rendering is not loaded until there is something to render. */
export const checkFormatNames: readonly string[] = ['text', 'json', 'markdown', 'junit', 'github'];

export interface CheckOutputOptions {
  readonly format: string[];
  readonly output?: string;
}

/** Options that say how a verdict is given. */
export function addCheckOutput(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--format <formats>',
        `how the verdict is given, several with commas: ${checkFormatNames.join(', ')}`,
      )
        .argParser(formatList)
        .default(['text'], 'text'),
    )
    .option('--output <path>', 'a file, or a folder for several formats, instead of stdout');
}

function formatList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => checkFormatNames.includes(name))) return [...new Set(names)];
  throw new InvalidArgumentError(`Choose one of ${checkFormatNames.join(', ')}.`);
}

/** GitHub takes a summary of 1 MiB a step. */
const LONGEST_SUMMARY = 1_000_000;

/**
 * Gives the verdict, in the formats asked for. In a workflow of GitHub (`--format github`) a summary is added to the
 * step's as well.
 */
export async function giveVerdict(
  context: Context,
  { result, run, name }: { result: CheckResult; run: Run; name: string },
  { format, output }: CheckOutputOptions,
): Promise<void> {
  const { checkFormats } = await import('../report/checks/checkFormats.js');
  const rendered = format.map((each) => {
    const known = checkFormats.get(each);
    if (!known) throw new Error(`there is no format ${each}`);
    const color = output === undefined && hasColor(context.stdout, context.env);
    return { each, extension: known.extension, text: known.render(result, run, { color, name }) };
  });
  const summary = context.env.GITHUB_STEP_SUMMARY;
  if (format.includes('github') && summary) {
    const text = checkFormats.get('markdown')?.render(result, run, { name }) ?? '';
    await appendFile(summary, text.slice(0, LONGEST_SUMMARY)).catch((error: unknown) => {
      throw new UserError(
        `the step's summary cannot be written (${messageOf(error)}): check GITHUB_STEP_SUMMARY`,
      );
    });
  }
  if (output === undefined) {
    if (rendered.length > 1) {
      throw new UserError('several formats do not go to stdout: name a folder with --output, such as check/');
    }
    await print(context, rendered[0].text);
    return;
  }
  const { isFolder, writeOutputs } = await import('../job/outputFiles.js');
  const inFolder = rendered.length > 1 || (await isFolder(output));
  const files = rendered.map(({ each, extension, text }) => ({
    path: inFolder ? join(output, `check-${each}.${extension}`) : output,
    content: text,
  }));
  await writeOutputs(files, { makeFolders: inFolder });
  const { formatCheck } = await import('../report/checks/checkText.js');
  await print(context, formatCheck(result, { color: hasColor(context.stdout, context.env) }));
}
