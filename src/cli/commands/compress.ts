import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { shownPath } from '../../files/shownPath.js';
import type { Compression } from '../../index.js';
import {
  addCompressionOptions,
  type CompressionFlags,
  compressionData,
} from '../options/compressionOptions.js';
import { share, thresholds } from '../options/parse.js';
import { type Context, hasColor, print } from '../terminal/context.js';

interface Options extends CompressionFlags {
  readonly threshold?: number[];
  readonly maxDrop?: number;
  readonly targetMacs?: number;
  readonly control?: boolean;
}

export function addCompress(program: Command, context: Context): void {
  const command = program
    .command('compress')
    .summary('make a model smaller along the directions that its layers use')
    .description(
      'Write a smaller model: each layer keeps only the leading eigenvectors of its output on your data, and what that costs is measured on it. Says what was gained and lost in compression.json and a picture beside the model.',
    )
    .argument('<model>', 'a .onnx file');
  addCompressionOptions(command)
    .optionsGroup('How small:')
    .addOption(
      new Option('--threshold <share>', "share of each layer's variance to keep")
        .argParser(thresholds)
        .default(undefined, '0.99'),
    )
    .option('--max-drop <share>', 'as small as loses at most this of the accuracy, such as 0.5%', share)
    .option('--target-macs <share>', 'as good as leaves this of the operations, such as 60%', share)
    .option('--sweep <shares>', 'also measure these thresholds, such as 0.9,0.95,0.99', thresholds)
    .option('--control', 'also measure as many random directions, which must be far worse')
    .optionsGroup('Output:')
    .option('--output <file>', 'the .onnx file to write; without it, nothing is written')
    .option('--json', 'print JSON instead of the table')
    .option('--quiet', 'no progress and no notices on stderr')
    .addHelpText(
      'after',
      `
Examples:
  $ delve compress model.onnx --data images/ --threshold 0.98 --output s.onnx
  $ delve compress model.onnx --data images/ --max-drop 0.5% --output small.onnx
  $ delve compress model.onnx --data images/ --sweep 0.9,0.95,0.99,0.999`,
    )
    .action((model: string, options: Options) => run(model, options, context));
}

async function run(model: string, options: Options, context: Context): Promise<void> {
  const [{ compress }, { progressDisplay }] = await Promise.all([
    import('../../index.js'),
    import('../terminal/progress.js'),
  ]);
  const { stdout, stderr, env, cwd } = context;
  const { threshold, maxDrop, targetMacs, control, json, quiet } = options;
  const data = compressionData(model, options);
  const display = quiet ? undefined : progressDisplay(stderr, env);
  const result = await context.interruptible(async (signal) => {
    try {
      return await compress({
        ...data,
        ...{ threshold: threshold?.[0], maxDrop, targetMacs, control, signal },
        onProgress: display?.update,
        onNotice: display?.notice,
      });
    } finally {
      display?.end();
    }
  });
  const written = result.output === null ? [] : await writeBeside(result.output, result);
  const { compressionTable } = await import('../../report/compression/compressionTable.js');
  const style = { color: hasColor(stdout, env), width: stdout.columns };
  await print(context, json ? `${JSON.stringify(result, null, 2)}\n` : compressionTable(result, style));
  if (quiet) return;
  for (const path of written) stderr.write(`written: ${shownPath(path, cwd)}\n`);
}

/** `compression.json` and the picture, beside the model. */
async function writeBeside(output: string, result: Compression): Promise<string[]> {
  const [{ compressionPicture }, { draw }, { writeOutputs }] = await Promise.all([
    import('../../report/compression/compressionPicture.js'),
    import('../../report/charts/draw.js'),
    import('../../job/outputFiles.js'),
  ]);
  const at = (name: string) => join(dirname(output), name);
  const files = [
    { path: at('compression.json'), content: `${JSON.stringify(result, null, 2)}\n` },
    { path: at('compression.svg'), content: draw(compressionPicture(result), 960) },
  ];
  await writeOutputs(files, { makeFolders: false });
  return [output, ...files.map(({ path }) => path)];
}
