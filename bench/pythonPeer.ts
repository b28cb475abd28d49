import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a script says in a line of JSON. */
type Answer = Readonly<Record<string, unknown>>;

const THREADS = String(availableParallelism());

/** A Python process that does its work whenever it is asked to, and sleeps meanwhile. See `peers/answers.py`. */
export class PythonPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';
  /** Versions of the packages it uses. */
  versions: Readonly<Record<string, string>> = {};

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#process = child;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.stderr.on('data', (text: Buffer) => {
      this.#errors = (this.#errors + text.toString()).slice(-2000);
    });
    // A process that has ended is noticed where its answer stays away.
    child.stdin.on('error', () => {});
  }

  /**
   * @param script a file in `peers/`.
   * @param environment what it inherits.
   * @returns the process when it is ready; what is missing, in words, where Python or a package is not installed.
   * @throws Error where the script fails.
   */
  static async start(
    python: string,
    script: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = process.env,
  ): Promise<PythonPeer | string> {
    const path = fileURLToPath(new URL(`../../peers/${script}`, import.meta.url));
    const env: NodeJS.ProcessEnv = { ...environment, PYTHONDONTWRITEBYTECODE: '1' };
    for (const library of ['OMP', 'MKL', 'OPENBLAS']) env[`${library}_NUM_THREADS`] = THREADS;
    const child = spawn(python, [path, ...args], { env });
    try {
      await once(child, 'spawn');
    } catch {
      return `no ${python}`;
    }
    const peer = new PythonPeer(child);
    const { missing, versions } = await peer.#answer();
    if (typeof missing === 'string') return `no ${missing}`;
    peer.versions = Object.fromEntries(Object.entries(versions ?? {}).map(([k, v]) => [k, String(v)]));
    return peer;
  }

  /** Has it do its work once. */
  ask(line: string): Promise<Answer> {
    this.#process.stdin.write(`${line}\n`);
    return this.#answer();
  }

  /** As `ask`, for the seconds that the peer took. */
  async seconds(line: string): Promise<number> {
    return Number((await this.ask(line)).seconds);
  }

  async close(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await exited;
  }

  async #answer(): Promise<Answer> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#process.spawnargs[1]} failed:\n${this.#errors}`);
    return JSON.parse(value);
  }
}
