import type { Command } from 'commander';
import { shownPath } from '../../files/shownPath.js';
import {
  addCheckOutput,
  type CheckOutputOptions,
  giveVerdict,
  requireHarmlessOutput,
} from '../options/checkOutput.js';
import { type Context, hasColor, print } from '../terminal/context.js';
import { FAILED } from './check.js';

interface Options extends CheckOutputOptions {
  readonly config?: string;
  readonly updateBaseline?: boolean;
  readonly quiet?: boolean;
}

export function addRun(program: Command, context: Context): void {
  const command = program
    .command('run')
    .summary('do the whole job of a delve.config.json')
    .description(
      'Analyse, report and check as delve.config.json says (or .js, or "delve" in package.json), the nearest one here or above. The exit code is 1 where the check fails.',
    )
    .option('--config <file>', 'another file')
    .option('--update-baseline', 'make the run the baseline, instead of checking it')
    .option('--quiet', 'no progress and no notices on stderr');
  addCheckOutput(command)
    .addHelpText(
      'after',
      `
A job:
  { "model": "model.onnx", "data": "images/",
    "analyze": { "image": { "resize": "224x224" } },
    "reports": [{ "format": "csv", "output": "layers.csv" }],
    "rules": [{ "statistic": "saturation", "min": 0.05 },
              { "statistic": "tail", "max": 0, "level": "warn" }] }

Examples:
  $ delve run
  $ delve run --config delve.config.json --format junit --output delve.xml`,
    )
    .action(async ({ config, updateBaseline, quiet, ...output }: Options) => {
      const [{ defaultTarget, findConfig, readConfig, runJob, report, UserError }, { progressDisplay }] =
        await Promise.all([import('../../index.js'), import('../terminal/progress.js')]);
      const { stderr, stdout, env, cwd } = context;
      const job = config === undefined ? await findConfig(cwd) : await readConfig(config);
      if (!job) {
        throw new UserError(
          'there is no delve.config.json here or above: write one (delve run --help shows it), or name a file with --config',
        );
      }
      const { readsOfJob } = await import('../../job/prepareReports.js');
      await requireHarmlessOutput(
        output,
        readsOfJob(job, job.out ?? (job.model && defaultTarget(job.model))),
      );
      const say = (text: string) => {
        if (!quiet) stderr.write(`${text}\n`);
      };
      if (config === undefined) say(`job of ${shownPath(job.file, cwd)}`);
      const display = quiet ? undefined : progressDisplay(stderr, env);
      const done = await context.interruptible(async (signal) => {
        try {
          return await runJob(job, {
            ...{ signal, updateBaseline },
            ...{ onProgress: display?.update, onNotice: display?.notice },
          });
        } finally {
          display?.end();
        }
      });
      for (const path of [done.out, ...done.files]) say(`written: ${shownPath(path, cwd)}`);
      if (updateBaseline && job.baseline !== undefined) {
        say(`baseline written to ${shownPath(job.baseline, cwd)}`);
      }
      const { requireMeasured } = await import('../../run/requireMeasured.js');
      if (!done.check) {
        await print(context, report(done.run, { color: hasColor(stdout, env), width: stdout.columns }));
        requireMeasured(done.run, shownPath(done.out, cwd));
        return;
      }
      await giveVerdict(
        context,
        { result: done.check, run: done.run, name: shownPath(done.out, cwd) },
        output,
      );
      if (!done.check.passed) context.exitCode = FAILED;
      // Rules on the run as a whole may pass without any layer.
      else requireMeasured(done.run, shownPath(done.out, cwd));
    });
}
