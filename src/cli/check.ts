import type { Command } from 'commander';
import type { Bound, CheckConfig } from '../index.js';
import { type Context, hasColor, print } from './context.js';
import { repeated } from './parse.js';
import { namedOrNewest } from './runs.js';

interface Options {
  readonly minSaturation?: string[];
  readonly maxSaturation?: string[];
  readonly baseline?: string;
  readonly maxDrop?: string[];
  readonly config?: string;
}

/** The exit code for a check that failed, as `diff` and `grep` have it. */
const FAILED = 1;

export function addCheck(program: Command, context: Context): void {
  program
    .command('check')
    .summary('hold a run against bounds and a baseline')
    .description('Hold a run against bounds. The exit code is 1 where a layer breaks one.')
    .argument('[run]', 'a run directory; by default the newest *.delve here')
    .option('--min-saturation <bound>', "0.05, or 'layer4.*=0.02' for some layers; repeatable", repeated)
    .option('--max-saturation <bound>', 'likewise', repeated)
    .option('--baseline <run>', 'an earlier run to compare with')
    .option('--max-drop <bound>', "likewise, how far below the baseline's a saturation may be", repeated)
    .option('--config <file>', 'bounds and baseline as JSON; those of options go before them')
    .addHelpText(
      'after',
      `
A bound for some layers goes before one for all; of several that match, the last
counts.

Examples:
  $ delve check --min-saturation 0.05 --min-saturation 'layer4.*=0.02'
  $ delve check model.delve --baseline main.delve --max-drop 0.05
  $ delve check --config rules.json  # { "minSaturation": { "layer4.*": 0.02 } }`,
    )
    .action(async (name: string | undefined, options: Options) => {
      const [{ check }, { parseBound }, { readCheckConfig }, { formatCheck }, { readRun }] =
        await Promise.all([
          import('../check/check.js'),
          import('../check/bound.js'),
          import('../check/checkConfig.js'),
          import('../report/checkText.js'),
          import('../run/readRun.js'),
        ]);
      const config: Partial<CheckConfig> = options.config ? await readCheckConfig(options.config) : {};
      const bounds = (fromFile: readonly Bound[] = [], given: readonly string[] = [], option: string) => [
        ...fromFile,
        ...given.map((text) => parseBound(text, option)),
      ];
      const baseline = options.baseline ?? config.baseline;
      const [path] = await namedOrNewest(name === undefined ? [] : [name], context);
      const run = await readRun(path);
      const result = check(run, {
        minSaturation: bounds(config.minSaturation, options.minSaturation, '--min-saturation'),
        maxSaturation: bounds(config.maxSaturation, options.maxSaturation, '--max-saturation'),
        maxDrop: bounds(config.maxDrop, options.maxDrop, '--max-drop'),
        ...(baseline === undefined ? {} : { baseline: await readRun(baseline) }),
      });
      await print(context, formatCheck(result, { color: hasColor(context.stdout, context.env) }));
      if (!result.passed) context.exitCode = FAILED;
    });
}
