import { type Command, Option } from 'commander';
import { shownPath } from '../../files/shownPath.js';
import type { InstrumentOptions } from '../../instrument/options.js';
import type { RuleName } from '../../run/storedRule.js';
import { type AnalysisFlags, analysisData } from '../options/analysisData.js';
import { addComputingOptions } from '../options/computingOptions.js';
import { addDataOptions } from '../options/dataOptions.js';
import { addObservationOptions, addSelectionOptions } from '../options/modelOptions.js';
import { idimRule, number, repeated, stateOption, thresholds, wholeNumber } from '../options/parse.js';
import { type Context, hasColor, print } from '../terminal/context.js';
import { FAILED } from './check.js';

interface Options extends AnalysisFlags, Partial<InstrumentOptions> {
  readonly trainData?: string[];
  readonly out?: string;
  readonly once?: boolean;
  readonly settle?: number;
  readonly port?: number;
  readonly page: boolean;
  readonly scalars?: string;
  readonly config?: string;
  readonly stopWhen?: string[];
  readonly stopFile?: string;
  readonly exec?: string;
  readonly ops?: string[];
  readonly threshold?: number[];
  readonly idimRule?: RuleName;
  readonly quiet?: boolean;
}

export function addWatch(program: Command, context: Context): void {
  const command = program
    .command('watch')
    .summary('analyse checkpoints as a training writes them, and show how layers change')
    .description(
      'Analyse every .onnx checkpoint that appears in a folder, in the order of the training, into one series: a live page on this machine, a table with sparklines, event files of TensorBoard and CSV. Interrupted, the same call goes on where it was.',
    )
    .argument('<checkpoints>', 'the folder that the training writes to');
  addObservationOptions(addSelectionOptions(addDataOptions(command).addOption(stateOption())))
    .optionsGroup('Statistics:')
    .addOption(
      new Option('--threshold <shares>', 'variance to explain; several with commas')
        .argParser(thresholds)
        .default(undefined, '0.99'),
    )
    .addOption(idimRule().default('explained'))
    .optionsGroup('Watching:')
    .option(
      '--train-data <source>',
      'data that the network is trained on: a second line beside that of --data',
      repeated,
    )
    .option('--once', 'analyse what is there, and end')
    .addOption(
      new Option('--settle <seconds>', 'take a file as whole when it has not changed for so long')
        .argParser(number)
        .default(undefined, '2; <file>.done beside it says so at once'),
    )
    .addOption(
      new Option('--port <n>', 'where the live page is served, to this machine only')
        .argParser(wholeNumber(0))
        .default(undefined, 'any that is free'),
    )
    .option('--no-page', 'serve no page')
    .option('--scalars <file>', 'loss, accuracy, … by step, which the training appends to: JSON Lines or CSV')
    .option(
      '--config <file>',
      'rules for each step are taken from it; by default the nearest delve.config.json',
    )
    .option(
      '--stop-when <rule>',
      'plateau:<steps>, tail:<layers> or collapse: write --stop-file and end with exit code 1; may be repeated',
      repeated,
    )
    .option('--stop-file <file>', 'what a training loop can look for; by default stop in --out')
    .option('--exec <command>', 'run after each checkpoint, with {step}, {verdict}, {run} and {checkpoint}')
    .optionsGroup('Computing:');
  addComputingOptions(command)
    .optionsGroup('Output:')
    .addOption(
      new Option('--out <dir>', 'the folder of the series').default(undefined, '<checkpoints>.watch'),
    )
    .option('--quiet', 'no progress and no notices on stderr')
    .addHelpText(
      'after',
      `
Examples:
  $ delve watch checkpoints/ --data val/
  $ delve watch checkpoints/ --data val/ --train-data train/ --max-samples 2000 --scalars log.jsonl
  $ delve watch checkpoints/ --data val/ --once --stop-when tail:3 --exec 'notify {step} {verdict}'`,
    )
    .action((checkpoints: string, options: Options) => run(checkpoints, options, context));
}

async function run(checkpoints: string, options: Options, context: Context): Promise<void> {
  const [
    { findConfig, LivePage, parseStopRule, readConfig, readScalars, rulesOf, seriesFolder, watchCheckpoints },
    { progressDisplay },
    { hasRules },
    { seriesTable },
  ] = await Promise.all([
    import('../../index.js'),
    import('../terminal/progress.js'),
    import('../../job/gate.js'),
    import('../../report/history/seriesTable.js'),
  ]);
  const { stdout, stderr, env, cwd } = context;
  const { scalars, quiet, trainData, once } = options;
  const { model: _, ...data } = analysisData(checkpoints, options);
  const stopWhen = options.stopWhen?.map(parseStopRule);
  const job = options.config === undefined ? await findConfig(cwd) : await readConfig(options.config);
  const rules = job && hasRules(job) ? await rulesOf(job) : undefined;
  const out = options.out ?? seriesFolder(checkpoints);
  const display = quiet ? undefined : progressDisplay(stderr, env);
  const say = display?.notice ?? (() => {});
  if (job && rules) say(`each step is held against the rules of ${shownPath(job.file, cwd)}`);
  const { convMethod, sequenceMethod, interpolate, interpolation, precision } = options;
  const look = { color: hasColor(stdout, env), width: stdout.columns };

  const watched = await context.interruptible(async (signal) => {
    let live: Awaited<ReturnType<typeof LivePage.open>> | undefined;
    try {
      return await watchCheckpoints({
        ...data,
        ...{ convMethod, sequenceMethod, interpolate, interpolation, precision },
        ...{ checkpoints, out, trainData, once, rules, stopWhen, stopFile: options.stopFile },
        ...{ exec: options.exec, operators: options.ops, thresholds: options.threshold },
        ...{ idimRule: options.idimRule, settle: (options.settle ?? 2) * 1000, signal },
        onProgress: display?.update,
        onNotice: say,
        onCheckpoint: (file, step) => say(`step ${step}: ${file}`),
        onSeries: async (series, newest, result) => {
          if (!newest) {
            if (!options.page || once) return;
            live = await LivePage.open(options.port ?? 0, async () => {
              const runs = await series.runs();
              return {
                runs: runs.map(({ run }) => run),
                options: {
                  names: runs.map(({ name }) => name),
                  steps: runs.map(({ step }) => step),
                  scalars: scalars === undefined ? [] : await readScalars(scalars),
                },
              };
            });
            say(`live page: ${live.url}`);
            return;
          }
          live?.update();
          if (newest.error !== undefined) {
            say(`step ${newest.step}: ${newest.file} failed: ${newest.error}`);
            return;
          }
          const broken = result ? result.violations.length : 0;
          if (result && !result.passed)
            say(`step ${newest.step}: ${broken} of the rules' comparisons failed`);
          if (once) return;
          const runs = (await series.runs('eval')).map((each) => each.run);
          await print(context, `step ${newest.step}\n${seriesTable(runs, look)}\n`);
        },
      });
    } finally {
      display?.end();
      await live?.close();
    }
  });
  const { series, stop } = watched;
  if (once) {
    const runs = (await series.runs('eval')).map((each) => each.run);
    await print(context, seriesTable(runs, look));
  }
  if (!quiet) stderr.write(`series of ${series.entries.length} in ${shownPath(out, cwd)}\n`);
  if (stop) {
    await print(context, `stop: ${stop.reason}\n`);
    if (!quiet) stderr.write(`written: ${shownPath(stop.file, cwd)}\n`);
    context.exitCode = FAILED;
    return;
  }
  const failed = series.entries.filter(({ verdict }) => verdict === 'fail');
  if (failed.length > 0) context.exitCode = FAILED;
  const { requireAllAnalysed } = await import('../../job/watch/requireAllAnalysed.js');
  if (failed.length === 0) requireAllAnalysed(series.entries);
}
