import type { Command } from 'commander';
import { type AnalysisFlags, analysisData } from '../options/analysisData.js';
import { addDataOptions } from '../options/dataOptions.js';
import { stateOption } from '../options/parse.js';
import type { Context } from '../terminal/context.js';
import {
  addResultFormat,
  addResultOutput,
  type ResultFlags,
  resultFormat,
  writeResult,
} from '../terminal/resultOutput.js';

interface Options extends AnalysisFlags, ResultFlags {}

export function addPreview(program: Command, context: Context): void {
  const command = program
    .command('preview')
    .summary('show the first samples as they enter the model')
    .description(
      'Show what a model is fed: shapes and ranges of the values after preprocessing, classes, the text of tokens, and what looks wrong; as a picture the images and waves themselves. The model is not run.',
    )
    .argument('<model>', 'a .onnx file');
  addResultFormat(addDataOptions(command).addOption(stateOption()));
  addResultOutput(command)
    .addHelpText(
      'after',
      `
Examples:
  $ delve preview model.onnx --data images/
  $ delve preview model.onnx --data images/ --preset imagenet --output sheet.png`,
    )
    .action((model: string, options: Options) => run(model, options, context));
}

async function run(model: string, options: Options, context: Context): Promise<void> {
  const { preview } = await import('../../index.js');
  const format = resultFormat(options);
  const data = analysisData(model, options);
  const onNotice = options.quiet ? undefined : (text: string) => context.stderr.write(`${text}\n`);
  const found = await context.interruptible((signal) => preview({ ...data, signal, onNotice }));
  const { renderPreview } = await import('../../report/preview/renderPreview.js');
  const files = [{ path: model, what: `the model ${model}` }];
  await writeResult(
    (style) => renderPreview(found, format, style),
    options,
    { files, data: data.data },
    context,
  );
}
