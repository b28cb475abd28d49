import { type Command, Option } from 'commander';
import { shownPath } from '../../files/shownPath.js';
import type { AnalyzeOptions } from '../../index.js';
import { measuringSides } from '../../instrument/options.js';
import type { AnalyzedModels } from '../../job/analyzeModels.js';
import { type ReadingFlags, readingOf } from '../options/analysisData.js';
import { addComputingOptions } from '../options/computingOptions.js';
import { addDataOptions } from '../options/dataOptions.js';
import { addObservationOptions, addSelectionOptions } from '../options/modelOptions.js';
import { idimRule, interval, repeated, stateOption, thresholds } from '../options/parse.js';
import { type Context, hasColor, print } from '../terminal/context.js';
import { modelHooks } from '../terminal/modelHooks.js';

/** The options by the names that commander gives them. */
interface Options
  extends Omit<
      AnalyzeOptions,
      | 'otherRun'
      | 'onTarget'
      | 'model'
      | 'data'
      | 'operators'
      | 'thresholds'
      | 'batchSize'
      | 'shapes'
      | 'inputs'
    >,
    ReadingFlags {
  readonly data?: string[];
  readonly ops?: string[];
  readonly batch?: number | 'auto';
  readonly threshold?: number[];
  readonly shape?: Record<string, number[]>;
  readonly input?: Record<string, number>;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addAnalyze(program: Command, context: Context): void {
  const command = program
    .command('analyze')
    .summary('pass data through a model and report its layers')
    .description('Pass data through a model once, and report how saturated each layer is.')
    .argument('<model...>', '.onnx files: several, such as checkpoints, have a run each');
  addObservationOptions(addSelectionOptions(addDataOptions(command).addOption(stateOption())))
    .option(
      '--mask <input>',
      'the input that is zero at positions that only pad: they are no observations (default: one called attention_mask)',
    )
    .option('--no-mask', 'padded positions are observations like any other')
    .optionsGroup('Statistics:')
    .addOption(
      new Option('--threshold <shares>', 'variance to explain; several with commas')
        .argParser(thresholds)
        .default(undefined, '0.99'),
    )
    .addOption(idimRule().default('explained'))
    .option(
      '--no-uncertainty',
      'do not tell how well the numbers are known: saves memory and a tenth of the time',
    )
    .option(
      '--magnitudes',
      "also tell each layer's largest magnitude, and how many of its values lie beyond float16's range",
    )
    .addOption(
      new Option(
        '--on-nonfinite <action>',
        'about samples that make a layer NaN or infinite: report where that comes from, or skip them',
      )
        .choices(['report', 'skip'])
        .default('report'),
    )
    .optionsGroup('Computing:')
    .addOption(
      new Option(
        '--measure-at <side>',
        'wide linear layers at their inputs where that is cheaper, or all layers at their outputs',
      )
        .choices(measuringSides)
        .default('cheaper'),
    );
  addComputingOptions(command)
    .option('--tf32', 'allow CUDA to round float32 factors to ten bits: faster, less exact')
    .optionsGroup('Large data:')
    .option(
      '--shard <i/n>',
      'take share i of n of the samples, counted from 1, for delve merge; auto: by the task of a Slurm, Kubernetes or AWS Batch array',
    )
    .addOption(
      new Option(
        '--checkpoint <time>',
        'how often to keep the state of the pass beside the run: 60s, 5m, 1h; off',
      )
        .argParser(interval)
        .default(undefined, '60s'),
    )
    .option(
      '--until <half width>',
      "end as soon as every saturation is known so well: 0.01 for ± 1 point, or 'layer4.*=0.005'; repeatable",
      repeated,
    )
    .option('--in-order-is-random', 'for --until: the data was shuffled when it was written')
    .option('--resume', 'go on from the checkpoint that an interrupted call of the same left')
    .optionsGroup('Output:')
    .addOption(
      new Option('--out <dir>', 'where the run goes; of several models, the folder for their runs').default(
        undefined,
        '<model name>.delve',
      ),
    )
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
  $ delve analyze epoch_*.onnx --data images/ --out runs/
  $ delve analyze model.onnx --data images/ --shard 3/16
  $ delve analyze model.onnx --data random:64 --batch 16 --json > run.json`,
    )
    .action((models: string[], options: Options) => run(models, options, context));
}

async function run(models: readonly string[], options: Options, context: Context): Promise<void> {
  const [
    { analyze, defaultTarget, report, UserError },
    { progressDisplay },
    { analyzeModels, throwFailures },
  ] = await Promise.all([
    import('../../index.js'),
    import('../terminal/progress.js'),
    import('../../job/analyzeModels.js'),
  ]);
  const { stdout, stderr, env, cwd } = context;
  const {
    data,
    ops,
    batch,
    threshold,
    shape: shapes,
    input: inputs,
    overwrite,
    json,
    quiet,
    ...others
  } = options;
  if (data === undefined) {
    throw new UserError(
      '--data is missing: give the data to analyse, such as --data images/ or --data random:64',
    );
  }
  const display = quiet ? undefined : progressDisplay(stderr, env);
  const given = {
    ...readingOf(others),
    data,
    shapes,
    inputs,
    operators: ops,
    batchSize: batch,
    thresholds: threshold,
  };
  const otherRun = overwrite ? 'replace' : options.out === undefined ? 'number' : 'refuse';
  const found = await context.interruptible(async (signal): Promise<AnalyzedModels> => {
    try {
      const [model, ...others] = models;
      if (others.length > 0) {
        const one = { analyze, defaultTarget };
        return await analyzeModels(one, {
          ...{ ...given, models, signal },
          otherRun,
          ...modelHooks(display),
          onRun: (out) => display?.notice(`run written to ${shownPath(out, cwd)}`),
        });
      }
      let out = options.out ?? defaultTarget(model, options.shard);
      const run = await analyze({
        ...{ ...given, model, out, signal },
        otherRun,
        onTarget: (dir) => {
          out = dir;
        },
        onProgress: display?.update,
        onNotice: display?.notice,
      });
      return { count: 1, runs: [{ model, run, out }], failures: [] };
    } finally {
      display?.end();
    }
  });
  const { runs } = found;
  const { formatRun } = await import('../../run/files/formatRun.js');
  if (runs.length > 0) {
    const look = { color: hasColor(stdout, env), width: stdout.columns };
    const names = runs.length > 1 ? { names: runs.map(({ out }) => shownPath(out, cwd)) } : {};
    const shown = runs.map(({ run }) => run);
    // Several models make a list, also where only one of them has a run.
    const text = json && models.length > 1 ? formatRun(shown) : undefined;
    await print(context, text ?? report(shown, json ? { format: 'json' } : { ...look, ...names }));
  }
  if (models.length > 1) return throwFailures(found);
  if (!quiet) for (const { out } of runs) stderr.write(`run written to ${shownPath(out, cwd)}\n`);
  const { requireMeasured } = await import('../../run/requireMeasured.js');
  for (const { run, out } of runs) requireMeasured(run, shownPath(out, cwd));
}
