import type { Command } from 'commander';
import { type Context, hasColor, print } from './context.js';
import { namedOrNewest } from './runs.js';

export function addDiff(program: Command, context: Context): void {
  program
    .command('diff')
    .summary('compare two runs layer by layer')
    .description('Show layer by layer what changed from one run to another.')
    .argument('<before>', 'a run directory')
    .argument('[after]', 'another one; by default the newest *.delve here')
    .option('--json', 'print JSON instead of the table')
    .addHelpText('after', '\nExample:\n  $ delve diff before.delve after.delve')
    .action(async (before: string, after: string | undefined, options: { json?: boolean }) => {
      const [{ diffRuns }, { readRun }, { diffTable }] = await Promise.all([
        import('../run/diffRuns.js'),
        import('../run/readRun.js'),
        import('../report/diffTable.js'),
      ]);
      const [second] = await namedOrNewest(after === undefined ? [] : [after], context);
      const diff = diffRuns(await readRun(before), await readRun(second));
      const { stdout, env } = context;
      await print(
        context,
        options.json
          ? `${JSON.stringify(diff, null, 2)}\n`
          : diffTable(diff, {
              names: [before, second],
              color: hasColor(stdout, env),
              width: stdout.columns,
            }),
      );
    });
}
