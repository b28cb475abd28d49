import type { Command } from 'commander';
import { wholeNumber } from '../options/parse.js';
import { type Context, print } from '../terminal/context.js';

interface Options {
  readonly wheel?: string;
  readonly sha256?: string;
  readonly index?: string;
  readonly cuda?: number;
}

export function addSetupCuda(program: Command, context: Context): void {
  program
    .command('setup-cuda')
    .summary("fetch ONNX Runtime's CUDA provider")
    .description(
      "Fetch ONNX Runtime's CUDA provider of the right version out of the onnxruntime-gpu wheel, check its SHA-256, " +
        'and put it where it is looked for (250 MB come, 270 MB stay; linux-x64 only).',
    )
    .optionsGroup('Source:')
    .option(
      '--wheel <file>',
      'take it out of this wheel, NuGet package or folder: for machines without a network',
    )
    .option('--sha256 <digits>', "what the wheel's SHA-256 has to be")
    .option('--index <url>', 'a package index; by default the one that pip is configured for, or PyPI')
    .option('--cuda <major>', 'refuse a provider for another CUDA than this', wholeNumber(1))
    .addHelpText(
      'after',
      `
Examples:
  $ delve setup-cuda
  $ delve setup-cuda --wheel onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl`,
    )
    .action(async (options: Options) => {
      const { setUpCuda } = await import('../../index.js');
      const { stderr, env } = context;
      let shown = -1;
      const { version, cudaMajor, files } = await setUpCuda({
        ...options,
        env,
        onNotice: (text) => stderr.write(`${text}\n`),
        onBytes(bytes, total) {
          const share = total === undefined ? 0 : Math.floor((10 * bytes) / total);
          if (!stderr.isTTY || share === shown) return;
          shown = share;
          stderr.write(`${share * 10} %\n`);
        },
      });
      await print(
        context,
        `installed the CUDA provider of ONNX Runtime ${version}:\n${files.map((file) => `  ${file}\n`).join('')}` +
          `It needs CUDA ${cudaMajor} and cuDNN 9 for it. delve doctor says whether they are found.\n`,
      );
    });
}
