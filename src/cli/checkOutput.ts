import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CheckResult } from '../check/check.js';
import { UserError } from '../errors.js';
import type { Run } from '../run/schema.js';
import { type Context, hasColor, print } from './context.js';
import { addStepSummary } from './stepSummary.js';

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
  const summarise = async () => {
    if (!format.includes('github')) return;
    const markdown = checkFormats.get('markdown');
    await addStepSummary(context, (room) => markdown?.render(result, run, { name, room }));
  };
  if (output === undefined) {
    if (rendered.length > 1) {
      throw new UserError('several formats do not go to stdout: name a folder with --output, such as check/');
    }
    await print(context, rendered[0].text);
    await summarise();
    return;
  }
  const { isFolder, writeOutputs } = await import('../job/outputFiles.js');
  const inFolder = rendered.length > 1 || (await isFolder(output));
  const files = rendered.map(({ each, extension, text }) => ({
    path: inFolder ? join(output, `check-${each}.${extension}`) : output,
    content: text,
  }));
  await writeOutputs(files, { makeFolders: inFolder });
  const annotations = rendered.find(({ each }) => each === 'github');
  const { formatCheck } = await import('../report/checks/checkText.js');
  // Annotations are made of what is printed; a file of them would be of no use to a workflow.
  const color = hasColor(context.stdout, context.env);
  await print(context, annotations?.text ?? formatCheck(result, { color }));
  await summarise();
}
