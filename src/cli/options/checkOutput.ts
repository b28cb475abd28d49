import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import type { CheckFormat, CheckOptions, Verdict } from '../../report/checks/checkFormat.js';
import { checkFormatNames } from '../../report/formatNames.js';
import type { Reads } from '../../run/files/harm.js';
import { type Context, hasColor, print } from '../terminal/context.js';
import { addStepSummary } from '../terminal/stepSummary.js';
import { oneOrMoreOf } from './parse.js';

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
        .argParser(oneOrMoreOf(checkFormatNames))
        .default(['text'], 'text'),
    )
    .option('--output <path>', 'a file, or a folder for several formats, instead of stdout');
}

/**
 * Makes sure, before the work, that the verdict goes over nothing that it is about.
 *
 * @throws UserError that names what would be lost.
 */
export async function requireHarmlessOutput(
  { format, output }: CheckOutputOptions,
  reads: Reads,
): Promise<void> {
  if (output === undefined) return;
  const { requireHarmless } = await import('../../job/requireHarmless.js');
  await requireHarmless(await placesOf(format, output), reads);
}

/** Where each of the formats goes. */
async function placesOf(format: readonly string[], output: string): Promise<string[]> {
  const { isFolder } = await import('../../job/outputFiles.js');
  if (format.length === 1 && !(await isFolder(output))) return [output];
  const { checkFormats } = await import('../../report/checks/checkFormats.js');
  return format.map((each) => join(output, `check-${each}.${checkFormats.get(each)?.extension}`));
}

/**
 * Gives the verdict on a run, or on several, in the formats asked for. In a workflow of GitHub (`--format github`) a summary is added to the
 * step's as well.
 */
export async function giveVerdict(
  context: Context,
  verdicts: readonly Verdict[],
  { format, output }: CheckOutputOptions,
): Promise<void> {
  const { checkFormats } = await import('../../report/checks/checkFormats.js');
  const [first] = verdicts;
  const rendering =
    ({ render, renderAll }: CheckFormat) =>
    (options: CheckOptions) =>
      verdicts.length > 1
        ? renderAll(verdicts, options)
        : render(first.result, first.run, { ...options, name: first.name });
  const rendered = format.map((each) => {
    const known = checkFormats.get(each);
    if (!known) throw new Error(`there is no format ${each}`);
    const color = output === undefined && hasColor(context.stdout, context.env);
    return { each, text: rendering(known)({ color }) };
  });
  const summarise = async () => {
    if (!format.includes('github')) return;
    const markdown = checkFormats.get('markdown');
    await addStepSummary(context, (room) => markdown && rendering(markdown)({ room }));
  };
  if (output === undefined) {
    if (rendered.length > 1) {
      throw new UserError('several formats do not go to stdout: name a folder with --output, such as check/');
    }
    const isCommands = rendered[0].each === 'github';
    await print(isCommands ? { stdout: context.commands } : context, rendered[0].text);
    await summarise();
    return;
  }
  const { writeOutputs } = await import('../../job/outputFiles.js');
  const places = await placesOf(format, output);
  const files = rendered.map(({ text }, i) => ({ path: places[i], content: text }));
  await writeOutputs(files, { makeFolders: places[0] !== output });
  const annotations = rendered.find(({ each }) => each === 'github');
  // Annotations are made of what is printed; a file of them would be of no use to a workflow.
  const color = hasColor(context.stdout, context.env);
  const text = checkFormats.get('text');
  if (annotations) await print({ stdout: context.commands }, annotations.text);
  else if (text) await print(context, rendering(text)({ color }));
  await summarise();
}
