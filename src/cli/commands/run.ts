import type { Command } from 'commander';
import { shownPath } from '../../files/shownPath.js';
import type { ModelsResult } from '../../index.js';
import {
  addCheckOutput,
  type CheckOutputOptions,
  giveVerdict,
  requireHarmlessOutput,
} from '../options/checkOutput.js';
import { type Context, hasColor, print } from '../terminal/context.js';
import { modelHooks } from '../terminal/modelHooks.js';
import { FAILED } from './check.js';

interface Options extends CheckOutputOptions {
  readonly config?: string;
  readonly updateBaseline?: boolean;
  readonly quiet?: boolean;
}

/** What came of one model or several; `analyzed` of several only. */
type Done = Omit<ModelsResult, 'analyzed'> & Partial<Pick<ModelsResult, 'analyzed'>>;

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
  $ delve run        # "model": "checkpoints/epoch_*.onnx" has a run for each
  $ delve run --config delve.config.json --format junit --output delve.xml`,
    )
    .action(async ({ config, updateBaseline, quiet, ...output }: Options) => {
      const [
        { defaultTarget, findConfig, readConfig, report, runJob, runModels, severalModels, UserError },
        { progressDisplay },
        { runPlaces, throwFailures },
      ] = await Promise.all([
        import('../../index.js'),
        import('../terminal/progress.js'),
        import('../../job/analyzeModels.js'),
      ]);
      const { stderr, stdout, env, cwd } = context;
      const job = config === undefined ? await findConfig(cwd) : await readConfig(config);
      if (!job) {
        throw new UserError(
          'there is no delve.config.json here or above: write one (delve run --help shows it), or name a file with --config',
        );
      }
      const several = await severalModels(job);
      const models = several ?? [job.model ?? []].flat();
      const place = (model: string) => defaultTarget(model, job.analyze.shard);
      const outs = several
        ? runPlaces(several, job.out, place).map(({ target }) => target)
        : [job.out ?? models.map(place)].flat();
      const { readsOfJob } = await import('../../job/prepareReports.js');
      await requireHarmlessOutput(output, readsOfJob(job, outs, models));
      const say = (text: string) => {
        if (!quiet) stderr.write(`${text}\n`);
      };
      if (config === undefined) say(`job of ${shownPath(job.file, cwd)}`);
      const display = quiet ? undefined : progressDisplay(stderr, env);
      const { runs, files, analyzed } = await context.interruptible(async (signal): Promise<Done> => {
        const own = { signal, updateBaseline };
        try {
          if (several) {
            return await runModels(job, several, { ...own, ...modelHooks(display) });
          }
          const hooks = { onProgress: display?.update, onNotice: display?.notice };
          const { files, ...done } = await runJob(job, { ...own, ...hooks });
          return { runs: [done], files };
        } finally {
          display?.end();
        }
      });
      const names = runs.map(({ out }) => shownPath(out, cwd));
      for (const path of [...names, ...files.map((file) => shownPath(file, cwd))]) say(`written: ${path}`);
      if (updateBaseline && job.baseline !== undefined && !analyzed?.failures.length) {
        say(`baseline written to ${shownPath(job.baseline, cwd)}`);
      }
      const verdicts = runs.flatMap(({ check, run }, i) =>
        check ? [{ result: check, run, name: names[i] }] : [],
      );
      if (verdicts.length > 0) {
        await giveVerdict(context, verdicts, output);
        if (verdicts.some(({ result }) => !result.passed)) context.exitCode = FAILED;
      } else if (runs.length > 0) {
        const look = { color: hasColor(stdout, env), width: stdout.columns };
        const shown = runs.map(({ run }) => run);
        await print(context, report(shown, runs.length > 1 ? { ...look, names } : look));
      }
      if (analyzed) return throwFailures(analyzed);
      // Rules on the run as a whole may pass without any layer.
      const { requireMeasured } = await import('../../run/requireMeasured.js');
      if (context.exitCode !== FAILED)
        for (const [i, { run }] of runs.entries()) requireMeasured(run, names[i]);
    });
}
