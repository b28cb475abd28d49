import { type Command, Option } from 'commander';
import { shownPath } from '../../files/shownPath.js';
import type { AnalyzeOptions, CsvOptions, ImageOptions } from '../../index.js';
import { addDataOptions } from '../options/dataOptions.js';
import { addObservationOptions, addSelectionOptions } from '../options/modelOptions.js';
import { devices, idimRule, thresholds, wholeNumber } from '../options/parse.js';
import { type Context, hasColor, print } from '../terminal/context.js';

/** The options by the names that commander gives them. */
interface Options
  extends Omit<
      AnalyzeOptions,
      'otherRun' | 'onTarget' | 'model' | 'data' | 'operators' | 'thresholds' | 'batchSize' | 'shapes'
    >,
    ImageOptions,
    CsvOptions {
  readonly data?: string[];
  readonly ops?: string[];
  readonly batch?: number | 'auto';
  readonly threshold?: number[];
  readonly shape?: Record<string, number[]>;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addAnalyze(program: Command, context: Context): void {
  const command = program
    .command('analyze')
    .summary('pass data through a model and report its layers')
    .description('Pass data through a model once, and report how saturated each layer is.')
    .argument('<model>', 'a .onnx file');
  addObservationOptions(addSelectionOptions(addDataOptions(command)))
    .optionsGroup('Statistics:')
    .addOption(
      new Option('--threshold <shares>', 'variance to explain; several with commas')
        .argParser(thresholds)
        .default(undefined, '0.99'),
    )
    .addOption(idimRule().default('explained'))
    .optionsGroup('Computing:')
    .addOption(
      new Option(
        '--measure-at <side>',
        'wide linear layers at their inputs where that is cheaper, or all layers at their outputs',
      )
        .choices(['cheaper', 'output'])
        .default('cheaper'),
    )
    .addOption(
      new Option('--provider <name>', 'where ONNX Runtime computes')
        .choices(['auto', 'cpu', 'cuda', 'webgpu'])
        .default('auto'),
    )
    .addOption(
      new Option(
        '--device <ids>',
        'which GPU; several with commas share the batches, one named twice has two in flight',
      )
        .argParser(devices)
        .default(undefined, '0'),
    )
    .addOption(
      new Option('--threads <n>', 'threads for each operator')
        .argParser(wholeNumber(1))
        .default(undefined, 'one a core'),
    )
    .optionsGroup('Output:')
    .addOption(new Option('--out <dir>', 'where the run goes').default(undefined, '<model name>.delve'))
    .option('--overwrite', 'replace another run at --out: of other data, settings or another model')
    .option('--moments', 'keep the moments too, for delve merge and for covariances')
    .option('--embedding', "project the samples on each layer's first two eigenvectors, in a second pass")
    .option('--json', 'print the run as JSON instead of the table')
    .option('--quiet', 'no progress and no notices on stderr')
    .addHelpText(
      'after',
      `
Examples:
  $ delve analyze model.onnx --data images/ --resize 256 --crop 224 \\
      --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
  $ delve analyze model.onnx --data ids=ids.npy --data mask=mask.npy
  $ delve analyze model.onnx --data random:64 --batch 16 --json > run.json`,
    )
    .action((model: string, options: Options) => run(model, options, context));
}

async function run(model: string, options: Options, context: Context): Promise<void> {
  const [{ analyze, defaultTarget, report, UserError }, { progressDisplay }] = await Promise.all([
    import('../../index.js'),
    import('../terminal/progress.js'),
  ]);
  const { stdout, stderr, env, cwd } = context;
  const {
    data,
    ops,
    batch,
    threshold,
    shape: shapes,
    overwrite,
    json,
    quiet,
    columns,
    labelColumn,
    ...others
  } = options;
  const { resize, crop, scale, mean, std, color, layout, ...rest } = others;
  if (data === undefined) {
    throw new UserError(
      '--data is missing: give the data to analyse, such as --data images/ or --data random:64',
    );
  }
  let out = options.out ?? defaultTarget(model);
  const display = quiet ? undefined : progressDisplay(stderr, env);
  const result = await context.interruptible(async (signal) => {
    try {
      return await analyze({
        ...rest,
        model,
        data,
        out,
        otherRun: overwrite ? 'replace' : options.out === undefined ? 'number' : 'refuse',
        onTarget: (dir) => {
          out = dir;
        },
        shapes,
        image: { resize, crop, scale, mean, std, color, layout },
        csv: { columns, labelColumn },
        operators: ops,
        batchSize: batch,
        thresholds: threshold,
        signal,
        onProgress: display?.update,
        onNotice: display?.notice,
      });
    } finally {
      display?.end();
    }
  });
  await print(
    context,
    report(result, json ? { format: 'json' } : { color: hasColor(stdout, env), width: stdout.columns }),
  );
  if (!quiet) stderr.write(`run written to ${shownPath(out, cwd)}\n`);
  const { requireMeasured } = await import('../../run/requireMeasured.js');
  requireMeasured(result, shownPath(out, cwd));
}
