import { Command, CommanderError } from 'commander';
import { InterruptedError, messageOf, StopRequest, UserError } from '../errors.js';
import { printable } from '../text/printable.js';
import { version } from '../version.js';
import { addAnalyze } from './commands/analyze.js';
import { addCheck } from './commands/check.js';
import { addCompress } from './commands/compress.js';
import { addDiff } from './commands/diff.js';
import { addDoctor } from './commands/doctor.js';
import { addInspect } from './commands/inspect.js';
import { addInstrument } from './commands/instrument.js';
import { addMerge } from './commands/merge.js';
import { addPreview } from './commands/preview.js';
import { addProbe } from './commands/probe.js';
import { addProject } from './commands/project.js';
import { addReport } from './commands/report.js';
import { addRun } from './commands/run.js';
import { addSetupCuda } from './commands/setupCuda.js';
import { addSimilarity } from './commands/similarity.js';
import { addWatch } from './commands/watch.js';
import type { Context } from './terminal/context.js';
import { layOutHelp } from './terminal/help.js';
import { interruptible, type SignalSource } from './terminal/interruptible.js';
import { usageError } from './terminal/usageError.js';
import { withoutCommands } from './terminal/withoutCommands.js';

/** What `main` needs of a process. */
export type HostProcess = SignalSource & Pick<NodeJS.Process, 'argv' | 'env' | 'stdout' | 'stderr' | 'cwd'>;

const EXIT_ERROR = 2;
const EXIT_INTERRUPTED = 130;
const EXIT_TERMINATED = 143;

/**
 * Runs the command line.
 *
 * @returns the exit code: 0 done or passed, 1 a check failed, 2 any error, 130 interrupted, 143 terminated.
 */
export async function main(host: HostProcess): Promise<number> {
  const { env } = host;
  const stdout = withoutCommands(host.stdout, env);
  const stderr = withoutCommands(host.stderr, env);
  // Whoever writes hears of a failure itself; without a listener it would end the process as well.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const cwd = currentFolder(host);
  if (cwd === undefined) {
    stderr.write('delve: the current folder is not there any more: change to one that is, and try again\n');
    return EXIT_ERROR;
  }
  const context: Context = {
    stdout,
    commands: host.stdout,
    stderr,
    env,
    cwd,
    interruptible: (work) =>
      interruptible(host, (signal) => {
        signal.addEventListener('abort', () => {
          const reason: unknown = signal.reason;
          if (reason instanceof StopRequest) context.stoppedBy = reason.signal;
        });
        return work(signal);
      }),
    exitCode: 0,
  };
  const program = createProgram(context);
  try {
    await program.parseAsync(host.argv);
    return context.exitCode;
  } catch (error) {
    return explain(error, context, host.argv.includes('--debug'));
  }
}

/** `undefined` where it has been deleted: then nothing can be found from it. */
function currentFolder(host: HostProcess): string | undefined {
  try {
    return host.cwd();
  } catch {
    return undefined;
  }
}

function createProgram(context: Context): Command {
  const { stdout, stderr } = context;
  const program = new Command('delve')
    .description(
      "Find out how much of each layer's feature space your data really uses.\n" +
        'The saturation of a layer is the share of directions in its output that are ' +
        'needed to explain 99 % of the variance.',
    )
    .version(version)
    .option('--debug', 'print a stack trace with an error')
    .addHelpText(
      'after',
      `
Examples:
  $ delve analyze model.onnx --data images/
  $ delve report model.delve --format csv --output layers.csv
  $ delve check model.delve --min-saturation 0.05

Exit codes: 0 done or passed, 1 a check failed, 2 an error, 130 interrupted,
143 terminated.`,
    );
  layOutHelp(program);
  // Before the commands are added: they inherit both.
  program.exitOverride().configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text),
    getOutHelpWidth: () => stdout.columns ?? 80,
    getErrHelpWidth: () => stderr.columns ?? 80,
    outputError: (text, write) => write(usageError(text, 'delve')),
  });
  for (const add of [
    addAnalyze,
    addReport,
    addCheck,
    addRun,
    addDiff,
    addMerge,
    addPreview,
    addInspect,
    addCompress,
    addProject,
    addProbe,
    addSimilarity,
    addWatch,
    addInstrument,
    addDoctor,
    addSetupCuda,
  ]) {
    add(program, context);
  }
  for (const command of program.commands) {
    command
      .optionsGroup('Help:')
      .option('--debug', 'print a stack trace with an error')
      .helpOption('-h, --help', 'print this')
      .configureOutput({
        outputError: (text, write) =>
          write(
            usageError(
              text,
              `delve ${command.name()}`,
              command.options.flatMap(({ long }) => long ?? []),
            ),
          ),
      });
  }
  return program;
}

/** Says on stderr what went wrong, and gives the exit code. */
function explain(error: unknown, { stderr, stoppedBy }: Context, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_ERROR;
  const trace = debug && error instanceof Error ? `${error.stack}\n` : '';
  if (error instanceof InterruptedError) {
    stderr.write(`delve: ${error.message}; ${error.kept ?? 'nothing was written'}\n${trace}`);
    return stoppedBy === 'SIGTERM' ? EXIT_TERMINATED : EXIT_INTERRUPTED;
  }
  const hint =
    error instanceof UserError || debug
      ? ''
      : ' (this is a fault of delve: please report it, with the output of --debug)';
  // Names in models and of files are anybody's text.
  stderr.write(`delve: ${printable(messageOf(error))}${hint}\n${trace}`);
  return EXIT_ERROR;
}
