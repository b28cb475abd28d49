import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cleanedMessage, cudaFailure } from '../engine/session/runtimeMessages.js';
import type { Provider } from '../run/schema.js';
import { ANSWER, type LoadedLibraries, type ProbeAnswer, type ProbeQuestion } from './probeQuestion.js';

/** A first session on a GPU compiles and searches for kernels. In milliseconds. */
const PATIENCE = 120_000;

const PROBE_FILE = fileURLToPath(new URL('./probe.js', import.meta.url));

/** Whether a provider loads and computes, tried in a process of its own. */
export async function probeProvider(provider: Provider, env: NodeJS.ProcessEnv): Promise<ProbeAnswer> {
  const { answer, said, end } = await ask<ProbeAnswer>({ kind: 'provider', provider }, env);
  if (!answer) return { loads: false, reason: `the process that tried it ${end}` };
  if (answer.loads || answer.reason === undefined) return answer;
  return { loads: false, reason: missingLibrary(said) ?? firstSentence(answer.reason) };
}

/** Which of these libraries the loader does not find or cannot load, and what it says of them. */
export async function probeLibraries(
  libraries: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  if (libraries.length === 0) return {};
  const { answer } = await ask<LoadedLibraries>({ kind: 'libraries', libraries }, env);
  return answer?.failed ?? {};
}

/**
 * What the loader says of a library, out of ONNX Runtime's log: `libcudnn.so.9: cannot open shared object file`.
 */
export function missingLibrary(log: string): string | undefined {
  return /\blib[\w.+-]+\.so[\w.]*: (?:cannot open shared object file|undefined symbol: \S+|version `[^']+' not found[^\n]*)/.exec(
    log,
  )?.[0];
}

/** The first line of what ONNX Runtime says that tells something. */
export function firstSentence(message: string): string {
  const [first] = message
    .replace(/was false\.\s+/, 'was false. ')
    .trim()
    .split('\n');
  return cudaFailure(message) ?? cleanedMessage(first);
}

async function ask<Answer>(
  question: ProbeQuestion,
  env: NodeJS.ProcessEnv,
): Promise<{ answer?: Answer; said: string; end: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PROBE_FILE, JSON.stringify(question)],
      { env, timeout: PATIENCE, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        const line = stdout.split('\n').find((text) => text.startsWith(ANSWER));
        const answer = line === undefined ? {} : { answer: JSON.parse(line.slice(ANSWER.length)) as Answer };
        resolve({ ...answer, said: stderr, end: error ? endOf(error) : 'said nothing' });
      },
    );
  });
}

function endOf({
  killed,
  signal,
  code,
}: Error & { killed?: boolean; signal?: unknown; code?: unknown }): string {
  if (killed) return `did not end within ${PATIENCE / 1000} seconds`;
  return signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
}
