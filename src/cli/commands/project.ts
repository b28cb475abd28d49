import type { Command } from 'commander';
import { Option } from 'commander';
import { shownPath } from '../../files/shownPath.js';
import {
  addCompressionOptions,
  type CompressionFlags,
  compressionData,
} from '../options/compressionOptions.js';
import { thresholds } from '../options/parse.js';
import { type Context, hasColor, print } from '../terminal/context.js';

interface Options extends CompressionFlags {
  readonly threshold?: number[];
  readonly random?: boolean;
}

export function addProject(program: Command, context: Context): void {
  const command = program
    .command('project')
    .summary('project layers on their leading eigenvectors, to try what saturation says')
    .description(
      "Project the outputs of layers on their leading eigenvectors, before any activation function, and measure what is lost. Shapes stay and nothing is saved: it is the experiment behind saturation, as the Python package's PCA layers make it.",
    )
    .argument('<model>', 'a .onnx file');
  addCompressionOptions(command)
    .optionsGroup('Directions:')
    .addOption(
      new Option('--threshold <share>', "share of each layer's variance to keep")
        .argParser(thresholds)
        .default(undefined, '0.99'),
    )
    .option('--random', 'as many random directions instead')
    .option(
      '--sweep <shares>',
      'measure these thresholds, for all layers at once and for each alone',
      thresholds,
    )
    .optionsGroup('Output:')
    .option('--output <file>', 'the .onnx file to write; without it, nothing is written')
    .option('--json', 'print JSON instead of the table')
    .option('--quiet', 'no progress and no notices on stderr')
    .addHelpText(
      'after',
      `
Examples:
  $ delve project model.onnx --data images/ --threshold 0.95
  $ delve project model.onnx --data images/ --sweep 0.8,0.9,0.99`,
    )
    .action((model: string, options: Options) => run(model, options, context));
}

async function run(model: string, options: Options, context: Context): Promise<void> {
  const [{ projectLayers }, { progressDisplay }] = await Promise.all([
    import('../../index.js'),
    import('../terminal/progress.js'),
  ]);
  const { stdout, stderr, env, cwd } = context;
  const { threshold, random, json, quiet } = options;
  const data = compressionData(model, options);
  const display = quiet ? undefined : progressDisplay(stderr, env);
  const result = await context.interruptible(async (signal) => {
    try {
      return await projectLayers({
        ...data,
        ...{ threshold: threshold?.[0], random, signal },
        onProgress: display?.update,
        onNotice: display?.notice,
      });
    } finally {
      display?.end();
    }
  });
  const { projectionTable } = await import('../../report/compression/projectionTable.js');
  const style = { color: hasColor(stdout, env), width: stdout.columns };
  await print(context, json ? `${JSON.stringify(result, null, 2)}\n` : projectionTable(result, style));
  if (!quiet && result.output !== null) stderr.write(`written: ${shownPath(result.output, cwd)}\n`);
}
