import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import { shownPath } from '../../files/shownPath.js';
import type { Bound, JobConfig } from '../../index.js';
import { differenceGroups } from '../../run/settings.js';
import {
  addCheckOutput,
  type CheckOutputOptions,
  giveVerdict,
  requireHarmlessOutput,
} from '../options/checkOutput.js';
import { list, number, repeated } from '../options/parse.js';
import type { Context } from '../terminal/context.js';
import { namedOrNewest } from '../terminal/runs.js';

interface Options extends CheckOutputOptions {
  readonly minSaturation?: string[];
  readonly maxSaturation?: string[];
  readonly baseline?: string;
  readonly maxDrop?: string[];
  readonly allowDifferent?: string[];
  readonly confidence?: number;
  readonly config?: string;
  readonly updateBaseline?: boolean;
}

/** The exit code for a check that failed, as `diff` and `grep` have it. */
export const FAILED = 1;

export function addCheck(program: Command, context: Context): void {
  const command = program
    .command('check')
    .summary('hold a run against bounds and a baseline')
    .description('Hold a run against bounds. The exit code is 1 where a layer breaks one.')
    .argument(
      '[run]',
      "a run directory; by default the file's `out`, else the newest *.delve here but the baseline",
    )
    .option('--min-saturation <bound>', "0.05, or 'layer4.*=0.02' for some layers; repeatable", repeated)
    .option('--max-saturation <bound>', 'likewise', repeated)
    .option('--baseline <run>', 'an earlier run to compare with')
    .option('--max-drop <bound>', "likewise, how far below the baseline's a saturation may be", repeated)
    .option(
      '--allow-different <groups>',
      `compare with the baseline though these differ: ${differenceGroups.join(', ')}`,
      list,
    )
    .option(
      '--confidence <share>',
      'such as 0.95: what chance explains (by the standard errors of the run) breaks no bound',
      number,
    )
    .option(
      '--config <file>',
      'rules and baseline; without bounds given here, the nearest delve.config.json is taken',
    )
    .option('--update-baseline', 'make the run the baseline, instead of checking it');
  addCheckOutput(command)
    .addHelpText(
      'after',
      `
A bound for some layers goes before one for all; of several that match, the last
counts. Options go before the file.

Examples:
  $ delve check --min-saturation 0.05 --min-saturation 'layer4.*=0.02'
  $ delve check model.delve --baseline main.delve --max-drop 0.05
  $ delve check --config rules.json  # { "minSaturation": { "layer4.*": 0.02 } }
  $ delve check --format junit --output delve.xml`,
    )
    .action(async (name: string | undefined, options: Options) => {
      const [
        { check, requireFittingRules },
        { parseBound },
        { boundRules },
        { readRun },
        { baselineFor, rulesOf },
        { requireGroups },
        { isSamePath },
        { requireConfidence },
      ] = await Promise.all([
        import('../../check/check.js'),
        import('../../check/bound.js'),
        import('../../check/boundRules.js'),
        import('../../run/files/readRun.js'),
        import('../../job/gate.js'),
        import('../../check/allowDifferent.js'),
        import('../../files/samePath.js'),
        import('../../check/requireRules.js'),
      ]);
      const config = await configFor(options, context);
      const given = (texts: readonly string[] = [], option: string): Bound[] =>
        texts.map((text) => parseBound(text, option));
      const allowed = requireGroups(options.allowDifferent ?? [], '--allow-different');
      const confidence =
        options.confidence === undefined
          ? config?.confidence
          : requireConfidence(options.confidence, '--confidence');
      const named = options.baseline ?? config?.baseline;
      const own = name ?? (await ownRun(config, named, context));
      const [path] = await namedOrNewest(own === undefined ? [] : [own], context, named);
      const baseline = isSeveral(config) ? await baselineFor(named, path) : named;
      const isBaseline = baseline !== undefined && (await isSamePath(path, baseline));
      const run = await readRun(path);
      const held = {
        minSaturation: config?.minSaturation ?? [],
        maxSaturation: config?.maxSaturation ?? [],
        maxDrop: config?.maxDrop ?? [],
        // What is given here goes before all that the file says.
        rules: [
          ...(config?.rules ?? []),
          ...boundRules(given(options.minSaturation, '--min-saturation'), 'min', 'minSaturation'),
          ...boundRules(given(options.maxSaturation, '--max-saturation'), 'max', 'maxSaturation'),
          ...boundRules(given(options.maxDrop, '--max-drop'), 'maxDrop', 'maxDrop'),
        ],
      };
      if (options.updateBaseline) {
        if (baseline === undefined) {
          throw new UserError('--update-baseline needs to know where: name the baseline with --baseline');
        }
        const { updateBaseline } = await import('../../job/updateBaseline.js');
        if (isBaseline) {
          throw new UserError(`${path} is the baseline already: name the run that is to take its place`);
        }
        requireFittingRules(run, held, true);
        await updateBaseline(baseline, run);
        context.stderr.write(`baseline written to ${shownPath(baseline, context.cwd)}\n`);
        return;
      }
      const { readsOf } = await import('../../run/files/harm.js');
      const { files = [], ...reads } = readsOf([run], baseline === undefined ? [path] : [path, baseline]);
      const file = config ? [{ path: config.file, what: `the rules ${config.file}` }] : [];
      await requireHarmlessOutput(options, { ...reads, files: [...files, ...file] });
      const rules = await rulesOf({
        ...held,
        ...(baseline === undefined ? {} : { baseline }),
        allowDifferent: [...(config?.allowDifferent ?? []), ...allowed],
        ...(confidence === undefined ? {} : { confidence }),
      });
      const result = check(run, rules);
      if (isBaseline) {
        throw new UserError(`${path} is the baseline, which cannot fall below itself: name the run to check`);
      }
      await giveVerdict(context, [{ result, run, name: path }], options);
      if (!result.passed) context.exitCode = FAILED;
    });
}

/** The baseline of a job with several models is a folder with a run for each. */
const isSeveral = (config: JobConfig | undefined): boolean =>
  typeof config?.model === 'object' || /[*?[{]/.test(config?.model ?? '');

/** Where the job of the file writes its run, if there is one by now: that is meant before any other. */
async function ownRun(
  config: JobConfig | undefined,
  baseline: string | undefined,
  { stderr, cwd }: Context,
): Promise<string | undefined> {
  if (config?.out === undefined) return undefined;
  const [{ isRun }, { isSamePath }] = await Promise.all([
    import('../../run/files/newestRun.js'),
    import('../../files/samePath.js'),
  ]);
  if (!(await isRun(config.out))) return undefined;
  if (baseline !== undefined && (await isSamePath(config.out, baseline))) return undefined;
  const path = shownPath(config.out, cwd);
  stderr.write(`taking the run of that file, ${path}\n`);
  return path;
}

/** The file that was named; where neither it nor a bound was, the nearest. */
async function configFor(options: Options, { cwd, stderr }: Context): Promise<JobConfig | undefined> {
  const { findConfig, readConfig } = await import('../../job/findConfig.js');
  if (options.config !== undefined) return readConfig(options.config);
  if (options.minSaturation ?? options.maxSaturation ?? options.maxDrop) return undefined;
  const config = await findConfig(cwd);
  if (config) stderr.write(`rules of ${shownPath(config.file, cwd)}\n`);
  return config;
}
