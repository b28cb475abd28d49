import { type Command, Option } from 'commander';
import type { InstrumentModelOptions } from '../../index.js';
import { addObservationOptions, addSelectionOptions } from '../options/modelOptions.js';
import { batchSize } from '../options/parse.js';
import type { Context } from '../terminal/context.js';

interface Options extends Omit<InstrumentModelOptions, 'output' | 'operators'> {
  readonly output?: string;
  readonly ops?: string[];
}

export function addInstrument(program: Command, context: Context): void {
  const command = program
    .command('instrument')
    .summary('write the rewritten model, to run elsewhere')
    .description(
      'Write the model as delve runs it, for those who run it elsewhere: its outputs are the count, sum and scatter of the observations of each layer in a batch.',
    )
    .argument('<model>', 'a .onnx file')
    .optionsGroup('Output:')
    .option('--output <file>', 'the .onnx file to write')
    .addOption(
      new Option(
        '--accumulate <n>',
        'batches added up in one run, along a leading axis; auto leaves their number open',
      )
        .argParser(batchSize)
        .default(undefined, '1'),
    );
  addObservationOptions(addSelectionOptions(command))
    .addHelpText('after', '\nExample:\n  $ delve instrument model.onnx --output moments.onnx')
    .action(async (model: string, { output, ops, ...options }: Options) => {
      const { instrumentModel, UserError } = await import('../../index.js');
      if (output === undefined) {
        throw new UserError('--output is missing: name the file to write, such as --output moments.onnx');
      }
      const layers = await instrumentModel(model, { ...options, output, operators: ops });
      const observed = layers.length === 1 ? '1 layer' : `${layers.length} layers`;
      context.stderr.write(`model written to ${output}: it gives the moments of ${observed} of ${model}\n`);
    });
}
