import type { Command } from 'commander';
import { addSelectionOptions } from '../options/modelOptions.js';
import { type Context, hasColor, print } from '../terminal/context.js';

interface Options {
  readonly layers?: string[];
  readonly exclude?: string[];
  readonly ops?: string[];
  readonly json?: boolean;
}

export function addInspect(program: Command, context: Context): void {
  const command = program
    .command('inspect')
    .summary('list the layers of a model; nothing is run')
    .description('List what would be observed of a model, and what would not and why. Nothing is run.')
    .argument('<model>', 'a .onnx file');
  addSelectionOptions(command)
    .optionsGroup('Output:')
    .option('--json', 'print JSON instead of the table')
    .addHelpText(
      'after',
      `
Examples:
  $ delve inspect model.onnx
  $ delve inspect model.onnx --layers 'layer4.*' --ops Relu --json`,
    )
    .action(async (model: string, options: Options) => {
      const { inspect } = await import('../../api/inspect.js');
      const inspection = await inspect(model, { ...options, operators: options.ops });
      if (options.json) return print(context, `${JSON.stringify(inspection, null, 2)}\n`);
      const { inspectionTable } = await import('../../report/table/inspectionTable.js');
      const { stdout, env } = context;
      const style = { color: hasColor(stdout, env), width: stdout.columns };
      await print(context, inspectionTable(inspection, style));
    });
}
