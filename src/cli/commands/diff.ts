import { type Command, Option } from 'commander';
import { type DiffFormatName, diffFormatNames } from '../../report/formatNames.js';
import { type Context, hasColor, print } from '../terminal/context.js';
import { namedOrNewest } from '../terminal/runs.js';

interface Options {
  readonly format: DiffFormatName;
  readonly json?: boolean;
}

export function addDiff(program: Command, context: Context): void {
  program
    .command('diff')
    .summary('compare two runs layer by layer')
    .description(
      'Show layer by layer what changed from one run to another, the largest change of saturation first.',
    )
    .argument('<before>', 'a run directory')
    .argument('[after]', 'another one; by default the newest *.delve here')
    .addOption(new Option('--format <format>', 'how it is shown').choices(diffFormatNames).default('table'))
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
Examples:
  $ delve diff before.delve after.delve
  $ delve diff main.delve --format markdown >> "$GITHUB_STEP_SUMMARY"`,
    )
    .action(async (before: string, after: string | undefined, { format, json }: Options) => {
      const [
        { diffRuns, requireCommonLayers },
        { readRun },
        { diffFormats },
        { differenceInWords },
        { printable },
      ] = await Promise.all([
        import('../../run/compare/diffRuns.js'),
        import('../../run/files/readRun.js'),
        import('../../report/diff/diffFormats.js'),
        import('../../run/compare/comparableSettings.js'),
        import('../../text/printable.js'),
      ]);
      const render = diffFormats.get(json ? 'json' : format);
      if (!render) throw new Error(`there is no format ${format}`);
      const [second] = await namedOrNewest(after === undefined ? [] : [after], context, before);
      const diff = diffRuns(await readRun(before), await readRun(second));
      requireCommonLayers(diff, [before, second]);
      const { stdout, env } = context;
      const options = { names: [before, second], color: hasColor(stdout, env), width: stdout.columns };
      if (format === 'csv' && !json) {
        // A table for programs has no place for remarks.
        for (const each of diff.settings) context.stderr.write(`${printable(differenceInWords(each))}\n`);
      }
      await print(context, render(diff, options));
    });
}
