import { type Command, Option } from 'commander';
import { UserError } from '../../errors.js';
import { readRun } from '../../run/files/readRun.js';
import type { Run } from '../../run/schema.js';
import { addSelectionOptions } from '../options/modelOptions.js';
import { shape } from '../options/parse.js';
import { type Context, hasColor, print } from '../terminal/context.js';

type FormatName = 'table' | 'json' | 'csv' | 'html';

interface Options {
  readonly shape?: Record<string, number[]>;
  readonly format?: FormatName;
  readonly run?: string;
  readonly cost: boolean;
  readonly layers?: string[];
  readonly exclude?: string[];
  readonly ops?: string[];
  readonly json?: boolean;
}

export function addInspect(program: Command, context: Context): void {
  const command = program
    .command('inspect')
    .summary('list the layers of a model, their cost and receptive fields; needs no data')
    .description(
      'List what would be observed of a model and what would not and why, with the cost and the receptive field of each layer. Needs no data: the model is run once on zeros, for its shapes.',
    )
    .argument('<model>', 'a .onnx file');
  addSelectionOptions(command)
    .optionsGroup('Cost:')
    .option('--shape <input=sizes>', 'what the model leaves open, such as image=3x224x224', shape)
    .option('--no-cost', 'list the layers only, without running the model')
    .option('--run <run>', 'put what this run found beside it: saturation, reading, width')
    .optionsGroup('Output:')
    .addOption(
      new Option('--format <format>', 'how it is printed')
        .choices(['table', 'json', 'csv', 'html'])
        .default(undefined, 'table'),
    )
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
Examples:
  $ delve inspect model.onnx
  $ delve inspect model.onnx --shape image=3x224x224 --format csv
  $ delve inspect model.onnx --run model.delve --format html > model.html
  $ delve inspect model.onnx --layers 'layer4.*' --ops Relu --json`,
    )
    .action(async (model: string, options: Options) => {
      const { inspect } = await import('../../api/inspect.js');
      const { shape: shapes, cost, ops: operators } = options;
      const inspection = await inspect(model, { ...options, operators, shapes, cost });
      const run = options.run === undefined ? undefined : await runOf(options.run, inspection.model.sha256);
      const format = options.format ?? (options.json ? 'json' : 'table');
      if (format === 'json') {
        const { inspectionJson } = await import('../../report/inspection/inspectionJson.js');
        return print(context, inspectionJson(inspection, run));
      }
      if (format === 'csv') {
        const { inspectionCsv } = await import('../../report/inspection/inspectionCsv.js');
        return print(context, inspectionCsv(inspection, run));
      }
      if (format === 'html') {
        const { inspectionHtml } = await import('../../report/inspection/inspectionHtml.js');
        return print(context, inspectionHtml(inspection, run));
      }
      const { inspectionTable } = await import('../../report/inspection/inspectionTable.js');
      const { stdout, env } = context;
      const style = { color: hasColor(stdout, env), width: stdout.columns };
      await print(context, inspectionTable(inspection, style, run));
    });
}

/** @throws UserError where the run is of another model. */
async function runOf(path: string, sha256: string): Promise<Run> {
  const run = await readRun(path);
  if (run.model.sha256 === sha256) return run;
  throw new UserError(
    `${path} is a run of ${run.model.path}, not of this model (their hashes differ): analyze this one, or inspect that`,
  );
}
