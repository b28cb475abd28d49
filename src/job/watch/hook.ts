import { spawn } from 'node:child_process';

/** What a command is told of a checkpoint, by the name that stands for it in braces. */
export type HookValues = Readonly<Record<'step' | 'verdict' | 'run' | 'checkpoint', string>>;

/**
 * Puts values in the place of `{step}`, `{verdict}`, `{run}` and `{checkpoint}`. They are quoted for the shell, since
 * whoever names a checkpoint does not say what is run.
 */
export function filledIn(command: string, values: HookValues, platform = process.platform): string {
  return command.replace(/\{(step|verdict|run|checkpoint)\}/g, (_, name: keyof HookValues) =>
    quoted(values[name], platform),
  );
}

function quoted(value: string, platform: NodeJS.Platform): string {
  if (/^[\w./:=@+-]+$/.test(value)) return value;
  return platform === 'win32' ? `"${value.replaceAll(/["%]/g, '')}"` : `'${value.replaceAll("'", "'\\''")}'`;
}

/**
 * Runs a command in the shell and waits for it; the values also stand in `DELVE_STEP`, `DELVE_VERDICT`, `DELVE_RUN` and
 * `DELVE_CHECKPOINT`.
 *
 * @returns what went wrong, in words; `undefined` where nothing did.
 */
export async function runHook(
  command: string,
  values: HookValues,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const env = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`DELVE_${name.toUpperCase()}`, value]),
  );
  return new Promise((resolve) => {
    const child = spawn(filledIn(command, values), {
      shell: true,
      // What it prints is no part of the report.
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      signal,
    });
    child.on('error', ({ message }) => resolve(`--exec could not be run: ${message}`));
    child.on('exit', (code, killedBy) => {
      resolve(code === 0 ? undefined : `--exec ended with ${code === null ? killedBy : `exit code ${code}`}`);
    });
  });
}
