import type { Command } from 'commander';
import { type Context, hasColor, print } from '../terminal/context.js';

interface Options {
  readonly out?: string;
  readonly partial?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addMerge(program: Command, context: Context): void {
  program
    .command('merge')
    .summary('add up runs over parts of the data')
    .description(
      'Add up runs over parts of the data to the run over all of it, exactly: they must have been made with --shard or --moments. Merged runs can be merged again.',
    )
    .argument('<run...>', 'two or more run directories')
    .option('--out <dir>', 'where the merged run goes')
    .option('--partial', 'also where shards are missing, which the run says then')
    .option('--json', 'print the run as JSON instead of the table')
    .option('--quiet', 'no notice on stderr')
    .addHelpText(
      'after',
      `
Examples:
  $ delve analyze model.onnx --data images/ --shard 1/2 --out shards/1
  $ delve analyze model.onnx --data images/ --shard 2/2 --out shards/2
  $ delve merge shards/* --out all.delve
  $ delve analyze model.onnx --data part1/ --moments --out part1.delve
  $ delve analyze model.onnx --data part2/ --moments --out part2.delve
  $ delve merge part1.delve part2.delve --out all.delve`,
    )
    .action(async (names: string[], { out, partial, json, quiet }: Options) => {
      const { mergeSavedRuns, report, UserError } = await import('../../index.js');
      if (out === undefined) {
        throw new UserError('--out is missing: say where the merged run goes, such as --out all.delve');
      }
      const run = await mergeSavedRuns(names, { out, partial });
      const { stdout, stderr, env } = context;
      await print(
        context,
        report(run, json ? { format: 'json' } : { color: hasColor(stdout, env), width: stdout.columns }),
      );
      if (!quiet) stderr.write(`run written to ${out}\n`);
    });
}
