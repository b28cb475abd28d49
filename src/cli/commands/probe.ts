import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AnalysisFlags, analysisData } from '../options/analysisData.js';
import { addComputingOptions } from '../options/computingOptions.js';
import { addDataOptions } from '../options/dataOptions.js';
import { addSelectionOptions } from '../options/modelOptions.js';
import { number } from '../options/parse.js';
import type { Context } from '../terminal/context.js';
import {
  addResultFormat,
  addResultOutput,
  type ResultFlags,
  resultFormat,
  writeResult,
} from '../terminal/resultOutput.js';

interface Options extends AnalysisFlags, ResultFlags {
  readonly ops?: string[];
  readonly run?: string;
  readonly heldOut?: number;
  readonly pool?: number[];
  readonly l2?: number;
}

export function addProbe(program: Command, context: Context): void {
  const command = program
    .command('probe')
    .summary('fit a linear classifier to each layer: where does accuracy stop rising?')
    .description(
      "Fit a multinomial logistic regression to every layer's pooled output and score it on held-out samples. Its accuracy beside the layer's saturation shows where the network has done its work: in a tail, it no longer rises.",
    )
    .argument('<model>', 'a .onnx file');
  addSelectionOptions(addDataOptions(command))
    .optionsGroup('Probes:')
    .addOption(
      new Option('--held-out <share>', 'share of each class that is scored on and not trained on')
        .argParser(number)
        .default(undefined, '0.25'),
    )
    .addOption(
      new Option('--pool <grid>', 'average feature maps in a grid such as 4x4')
        .argParser(grid)
        .default(undefined, 'over all positions'),
    )
    .addOption(
      new Option('--l2 <strength>', 'penalty on the weights (1/C of scikit-learn)')
        .argParser(number)
        .default(undefined, '1'),
    )
    .option('--run <directory>', 'a run of this model, which saves the pass for the saturation')
    .optionsGroup('Computing:');
  addResultOutput(addResultFormat(addComputingOptions(command)))
    .addHelpText(
      'after',
      `
Examples:
  $ delve probe model.onnx --data train/
  $ delve probe model.onnx --data x.npy --labels y.npy --pool 4x4 --output probes.svg`,
    )
    .action((model: string, options: Options) => run(model, options, context));
}

function grid(text: string): number[] {
  const sizes = text.split('x').map(Number);
  if (sizes.length <= 2 && sizes.every((size) => Number.isSafeInteger(size) && size >= 1 && size <= 64)) {
    return sizes;
  }
  throw new InvalidArgumentError('Give <rows>x<columns>, such as 4x4, or one number for signals.');
}

async function run(model: string, options: Options, context: Context): Promise<void> {
  const [{ probe }, { progressDisplay }] = await Promise.all([
    import('../../index.js'),
    import('../terminal/progress.js'),
  ]);
  const { ops, quiet, heldOut, pool, l2 } = options;
  const format = resultFormat(options);
  const display = quiet ? undefined : progressDisplay(context.stderr, context.env);
  const data = analysisData(model, options);
  const result = await context.interruptible(async (signal) => {
    try {
      return await probe({
        ...data,
        ...{ operators: ops, run: options.run, heldOut, pool, l2, signal },
        onProgress: display?.update,
        onNotice: display?.notice,
        onLayer: display && layerNotices(display.notice),
      });
    } finally {
      display?.end();
    }
  });
  const { renderProbe } = await import('../../report/probe/renderProbe.js');
  await writeResult(
    (style) => renderProbe(result.probe, result.run, format, style),
    options,
    { files: [{ path: model, what: `the model ${model}` }], data: data.data },
    context,
  );
}

/** Milliseconds between two remarks on how far the fits are. */
const INTERVAL = 5000;

function layerNotices(notice: (text: string) => void): (done: number, layers: number) => void {
  let last = performance.now();
  return (done, layers) => {
    if (done > 0 && performance.now() - last < INTERVAL) return;
    last = performance.now();
    notice(
      done === 0 ? `fitting a classifier to each of ${layers} layers` : `${done} of ${layers} layers fitted`,
    );
  };
}
