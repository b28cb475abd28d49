import { messageOf } from '../errors.js';
import type { Provider } from '../run/schema.js';
import { PROBE, probeModel } from './probeModel.js';
import { ANSWER, type LoadedLibraries, type ProbeAnswer, type ProbeQuestion } from './probeQuestion.js';

/*
 * A process of its own, since what it tries may crash: opens a session on one provider and runs it, or loads shared
 * libraries one by one. Answers with one line of JSON.
 */
const question = JSON.parse(process.argv[2]) as ProbeQuestion;
const answer =
  question.kind === 'provider' ? await tryProvider(question.provider) : loadLibraries(question.libraries);
process.stdout.write(`${ANSWER}${JSON.stringify(answer)}\n`);

async function tryProvider(provider: Provider): Promise<ProbeAnswer> {
  try {
    const { default: ort } = await import('onnxruntime-node');
    if (!ort.listSupportedBackends().some(({ name }) => name === provider)) {
      return { loads: false, reason: 'ONNX Runtime for this platform is built without it' };
    }
    // Errors are logged on stderr, with the name of a missing library, which the exception leaves out.
    const session = await ort.InferenceSession.create(probeModel(), {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      logSeverityLevel: 3,
    });
    const { input, output, values, dims, expected } = PROBE;
    const outputs = await session.run({ [input]: new ort.Tensor('float32', values, dims) });
    const { data } = outputs[output];
    await session.release();
    const right = expected.every((value, i) => Math.abs(value - Number(data[i])) < 1e-3 * value);
    return right
      ? { loads: true }
      : { loads: false, reason: `it loads, but computes wrongly: ${[...data].join(', ')}` };
  } catch (error) {
    return { loads: false, reason: messageOf(error) };
  }
}

/** Loads libraries into this process, by the loader's own search. */
function loadLibraries(libraries: readonly string[]): LoadedLibraries {
  const failed: Record<string, string> = {};
  for (const library of libraries) {
    try {
      process.dlopen({ exports: {} }, library);
    } catch (error) {
      const message = messageOf(error);
      // It was loaded, and is no module of Node: as it should be.
      if (!/did not self-register/.test(message)) failed[library] = message;
    }
  }
  return { failed };
}
