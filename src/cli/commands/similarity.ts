import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { shownPath } from '../../files/shownPath.js';
import { type SimilarityFormatName, similarityFormatNames } from '../../report/formatNames.js';
import { type AnalysisFlags, analysisData } from '../options/analysisData.js';
import { addComputingOptions } from '../options/computingOptions.js';
import { addDataOptions } from '../options/dataOptions.js';
import { addSelectionOptions } from '../options/modelOptions.js';
import { thresholds } from '../options/parse.js';
import { type Context, hasColor, print } from '../terminal/context.js';

interface Options extends AnalysisFlags {
  readonly ops?: string[];
  readonly threshold?: number[];
  readonly measure?: 'cka' | 'svcca';
  readonly format?: SimilarityFormatName;
  readonly json?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
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
  addComputingOptions(command)
    .optionsGroup('Output:')
    .addOption(
      new Option('--format <format>', 'how it is printed; by default what --output is called')
        .choices(similarityFormatNames)
        .default(undefined, 'table'),
    )
    .addOption(
      new Option('--measure <name>', 'which of both tables and pictures show')
        .choices(['cka', 'svcca'])
        .default('cka'),
    )
    .option('--output <file>', 'where it goes instead of stdout')
    .option('--json', 'the same as --format json')
    .option('--quiet', 'no progress and no notices on stderr')
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
  const [{ similarity, UserError }, { progressDisplay }] = await Promise.all([
    import('../../index.js'),
    import('../terminal/progress.js'),
  ]);
  const { stdout, stderr, env, cwd } = context;
  const { ops, threshold, measure = 'cka', output, quiet } = options;
  const format = options.format ?? (options.json ? 'json' : formatCalled(output));
  if (format === 'png' && output === undefined)
    throw new UserError('--format png goes to a file: name it with --output');
  const display = quiet ? undefined : progressDisplay(stderr, env);
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
  const style = {
    color: output === undefined && hasColor(stdout, env),
    width: output === undefined ? stdout.columns : undefined,
  };
  const content = await renderSimilarity(result, format, measure, style);
  if (output === undefined) return print(context, String(content));
  const [{ requireHarmless }, { writeOutputs }] = await Promise.all([
    import('../../job/requireHarmless.js'),
    import('../../job/outputFiles.js'),
  ]);
  const files = [model, ...(other === undefined ? [] : [other])].map((path) => ({
    path,
    what: `the model ${path}`,
  }));
  await requireHarmless([output], { files, data: data.data });
  await writeOutputs([{ path: output, content }], { makeFolders: false });
  if (!quiet) stderr.write(`written: ${shownPath(output, cwd)}\n`);
}

const formats: ReadonlyMap<string, SimilarityFormatName> = new Map([
  ['.json', 'json'],
  ['.csv', 'csv'],
  ['.svg', 'svg'],
  ['.png', 'png'],
]);

const formatCalled = (output: string | undefined): SimilarityFormatName =>
  formats.get(extname(output ?? '').toLowerCase()) ?? 'table';
