import { type Command, Option } from 'commander';
import { type AnalysisFlags, analysisData } from '../options/analysisData.js';
import { addComputingOptions } from '../options/computingOptions.js';
import { addDataOptions } from '../options/dataOptions.js';
import { addSelectionOptions } from '../options/modelOptions.js';
import { thresholds } from '../options/parse.js';
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
  readonly threshold?: number[];
  readonly measure?: 'cka' | 'svcca';
}

export function addSimilarity(program: Command, context: Context): void {
  const command = program
    .command('similarity')
    .summary('compare how layers see the same samples, in one model or two')
    .description(
      'Compare all layers of a model with each other, or with those of a second model that takes the same data, by linear CKA and SVCCA: which layers repeat the one before, and what two models have in common.',
    )
    .argument('<model>', 'a .onnx file')
    .argument('[other]', 'a second one, such as another seed, or the model before compress');
  addSelectionOptions(addDataOptions(command))
    .addOption(
      new Option('--threshold <share>', 'variance whose directions SVCCA compares')
        .argParser(thresholds)
        .default(undefined, '0.99'),
    )
    .optionsGroup('Computing:');
  addResultFormat(addComputingOptions(command)).addOption(
    new Option('--measure <name>', 'which of both tables and pictures show')
      .choices(['cka', 'svcca'])
      .default('cka'),
  );
  addResultOutput(command)
    .addHelpText(
      'after',
      `
Examples:
  $ delve similarity model.onnx --data images/
  $ delve similarity a.onnx b.onnx --data images/ --output heatmap.svg`,
    )
    .action((model: string, other: string | undefined, options: Options) =>
      run(model, other, options, context),
    );
}

async function run(
  model: string,
  other: string | undefined,
  options: Options,
  context: Context,
): Promise<void> {
  const [{ similarity }, { progressDisplay }] = await Promise.all([
    import('../../index.js'),
    import('../terminal/progress.js'),
  ]);
  const { ops, threshold, measure = 'cka', quiet } = options;
  const format = resultFormat(options);
  const display = quiet ? undefined : progressDisplay(context.stderr, context.env);
  const data = analysisData(model, options);
  const result = await context.interruptible(async (signal) => {
    try {
      return await similarity({
        ...data,
        ...{ other, operators: ops, threshold: threshold?.[0], signal },
        onProgress: display?.update,
        onNotice: display?.notice,
      });
    } finally {
      display?.end();
    }
  });
  const { renderSimilarity } = await import('../../report/similarity/renderSimilarity.js');
  const files = [model, ...(other === undefined ? [] : [other])].map((path) => ({
    path,
    what: `the model ${path}`,
  }));
  await writeResult(
    (style) => renderSimilarity(result, format, measure, style),
    options,
    { files, data: data.data },
    context,
  );
}
