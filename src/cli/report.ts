import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { UserError } from '../errors.js';
import { type Context, hasColor, print } from './context.js';
import { idimRule, thresholds } from './parse.js';
import { namedOrNewest } from './runs.js';

/** The names of `formats`, which are not asked here: rendering is not loaded until there is something to render. */
export const formatNames: readonly string[] = ['table', 'json', 'csv'];

interface Options {
  readonly format: string;
  readonly output?: string;
  readonly threshold?: number[];
  readonly idimRule?: 'explained' | 'delve' | 'delve-0.1.50';
}

export function addReport(program: Command, context: Context): void {
  program
    .command('report')
    .summary('render runs as a table, JSON or CSV')
    .description('Render one run or several, without a second pass over the data.')
    .argument('[run...]', 'run directories; by default the newest *.delve here')
    .addOption(new Option('--format <format>', 'how they are rendered').choices(formatNames).default('table'))
    .option('--output <file>', 'write there instead of to stdout')
    .option('--threshold <shares>', 'cut the stored spectra anew; several with commas', thresholds)
    .addOption(idimRule())
    .addHelpText(
      'after',
      `
Examples:
  $ delve report
  $ delve report model.delve --threshold 0.9 --format csv --output layers.csv`,
    )
    .action(async (names: string[], options: Options) => {
      const [{ readRun }, { recutRun }, { report }] = await Promise.all([
        import('../run/readRun.js'),
        import('../run/recutRun.js'),
        import('../report/report.js'),
      ]);
      const { format, output, threshold, idimRule: rule } = options;
      const named = await namedOrNewest(names, context);
      const runs = await Promise.all(named.map((name) => readRun(name)));
      const cut = runs.map((run) =>
        threshold || rule
          ? recutRun(run, threshold ?? run.settings.thresholds ?? run.settings.threshold, rule)
          : run,
      );
      const { stdout, env } = context;
      const text = report(cut, {
        format,
        names: named,
        color: output === undefined && hasColor(stdout, env),
        width: output === undefined ? stdout.columns : undefined,
      });
      if (output === undefined) await print(context, text);
      else {
        await writeFile(output, text).catch((error: Error) => {
          throw new UserError(`--output ${output} cannot be written (${error.message}): check the folder`);
        });
      }
    });
}
