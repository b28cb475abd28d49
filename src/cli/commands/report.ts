import { type Command, Option } from 'commander';
import { isModule } from '../../files/ownModule.js';
import { formatNames, formatSummaries, type Plot, plots } from '../../report/formatNames.js';
import type { ReportOptions } from '../../report/report.js';
import type { Run } from '../../run/schema.js';
import { idimRule, oneOrMoreOf, thresholds, wholeNumber } from '../options/parse.js';
import { type Context, hasColor, print } from '../terminal/context.js';
import { namedOrNewest } from '../terminal/runs.js';

interface Options {
  readonly format: string[];
  readonly output?: string;
  readonly threshold?: number[];
  readonly idimRule?: 'explained' | 'delve';
  readonly plot?: Plot;
  readonly width?: number;
  readonly dpi?: number;
  readonly step?: number;
  readonly split?: string;
  readonly scalars?: string;
}

export function addReport(program: Command, context: Context): void {
  program
    .command('report')
    .summary('render runs as a table, a page, pictures or data')
    .description('Render one run or several, without a second pass over the data.')
    .argument(
      '[run...]',
      'run directories, or folders of series that delve watch made; by default the newest *.delve here',
    )
    .addOption(
      new Option(
        '--format <formats>',
        'how they are rendered, several with commas; listed below, or ./my-format.mjs',
      )
        .argParser(oneOrMoreOf(formatNames, isModule))
        .default(['table'], 'table'),
    )
    .option('--output <path>', 'a file, or a folder for several formats, instead of stdout')
    .option('--threshold <shares>', 'cut the stored spectra again; several with commas', thresholds)
    .addOption(idimRule())
    .addOption(new Option('--plot <plot>', 'what a picture shows').choices(plots))
    .option('--width <pixels>', 'of a picture (960)', wholeNumber(1))
    .option('--dpi <n>', 'pixels an inch of a PNG (192, twice the size in pixels)', wholeNumber(1))
    .option('--step <n>', 'the epoch of the first run, for formats that keep a history', wholeNumber(0))
    .option('--split <name>', 'only runs of this split, such as train')
    .option('--scalars <file>', 'loss, accuracy, … by step, drawn beside in the page: JSON Lines or CSV')
    .addHelpText(
      'after',
      `
Formats:
${formatNames.map((name) => `  ${name.padEnd(13)}${formatSummaries[name]}`).join('\n')}

Examples:
  $ delve report
  $ delve report model.delve --threshold 0.9 --format csv --output layers.csv
  $ delve report checkpoints.watch --format html --output training.html`,
    )
    .action(async (names: string[], { format: chosen, output, ...options }: Options) => {
      const [{ givenRuns }, { readScalars }, { recutRun }] = await Promise.all([
        import('../../job/watch/givenRuns.js'),
        import('../../job/watch/scalars.js'),
        import('../../run/compare/recutRun.js'),
      ]);
      const { threshold, idimRule: rule, plot, width, dpi, step, split, scalars } = options;
      const given = await givenRuns(await namedOrNewest(names, context), split);
      const { runs, folders, steps } = given;
      const cut = runs.map((run) =>
        threshold || rule
          ? recutRun(run, threshold ?? run.settings.thresholds ?? run.settings.threshold, rule)
          : run,
      );
      const { stdout, env } = context;
      const common: ReportOptions = {
        names: given.names,
        folders,
        picture: { plot, width, dpi },
        step,
        ...(steps && { steps }),
        ...(scalars !== undefined && { scalars: await readScalars(scalars, { mustExist: true }) }),
        ...(output === undefined ? { color: hasColor(stdout, env), width: stdout.columns } : {}),
      };
      if (output !== undefined)
        await (await import('../../job/writeReports.js')).writeReports(cut, chosen, output, common);
      else await print(context, await renderedText(cut, chosen, common, stdout.isTTY === true));
    });
}

/** What goes to stdout. */
async function renderedText(
  runs: readonly Run[],
  formats: readonly string[],
  options: ReportOptions,
  onTerminal: boolean,
): Promise<string> {
  const [{ loadedFormat, renderReport }, { UserError }] = await Promise.all([
    import('../../report/report.js'),
    import('../../errors.js'),
  ]);
  const [format, ...others] = formats;
  if (others.length > 0) {
    throw new UserError('several formats do not go to stdout: name a folder with --output, such as report/');
  }
  const { kind, fileName } = await loadedFormat(format);
  if (format === 'html' && onTerminal) {
    throw new UserError(
      `a page of about a megabyte is not for a terminal: name where to write it with --output, such as ${fileName(options)}`,
    );
  }
  const text = kind === 'text' ? await renderReport(runs, { ...options, format }) : undefined;
  if (typeof text === 'string') return text;
  throw new UserError(
    `the format ${format} is not text: name where to write it with --output, such as ${fileName(options)}`,
  );
}
