import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Feed } from '../../data/feed.js';
import { UserError } from '../../errors.js';
import type { FedBackInput } from '../../instrument/fedBack.js';
import type { ModelBytes } from '../../instrument/rewrittenModel.js';
import type { Provider, ProviderChoice } from '../../run/settingValues.js';
import { runError, sessionError } from './ortErrors.js';
import { type ExecutionProvider, openOn } from './provider.js';
import { Recurrence } from './recurrence.js';

type Ort = typeof import('onnxruntime-node');

/** What a batch gave, by output. */
export type Outputs = InferenceSession.ReturnType;

/** ONNX Runtime's own log lines would spill on stderr; what went wrong arrives as an exception anyway. */
const FATAL_ONLY = 4;

/**
 * A dequantized weight and the MatMul behind it become one MatMulNBits, which by default rounds its activations to
 * int8 as well. The graph says nothing of that: 1 leaves them float32.
 */
const AS_WRITTEN = { qdq_matmulnbits_accuracy_level: '1' };

export interface SessionOptions {
  readonly provider: ProviderChoice;
  /** Which of several GPUs. */
  readonly device?: number;
  /** Threads that share one operator; ONNX Runtime's own choice (one a core) where nothing is said. */
  readonly threads?: number;
  /** Inputs that outputs of the run before feed. */
  readonly fedBack?: readonly FedBackInput[];
}

/** An ONNX Runtime session over a rewritten model. */
export class ModelSession {
  readonly #ort: Ort;
  readonly #session: InferenceSession;
  #completed = 0;

  private constructor(
    ort: Ort,
    session: InferenceSession,
    readonly provider: Provider,
    /** What there is to tell about the choice of the provider. */
    readonly notice: string | undefined,
    /** Whether one run takes several batches. */
    readonly accumulates: boolean,
    /** What is handed from one run to the next. */
    readonly recurrence: Recurrence,
  ) {
    this.#ort = ort;
    this.#session = session;
  }

  /**
   * Loads ONNX Runtime and the model.
   *
   * @throws UserError where the provider or the model does not load.
   */
  static async open(
    { bytes, single, accumulates = false, externalDataFolder: folder }: ModelBytes,
    options: SessionOptions,
  ): Promise<ModelSession> {
    const { default: ort } = await import('onnxruntime-node');
    ort.env.logLevel = 'fatal';
    /** On the CPU nothing has to be fetched, and several batches a run would only take memory. */
    const singleOn = ([first]: readonly ExecutionProvider[]) => (first === 'cpu' ? single : undefined);
    const known = ort.listSupportedBackends().map(({ name }) => name);
    try {
      const { session, provider, notice } = await openOn({ ...options, known }, (executionProviders) =>
        ort.InferenceSession.create(singleOn(executionProviders) ?? bytes, {
          executionProviders,
          graphOptimizationLevel: 'all',
          logSeverityLevel: FATAL_ONLY,
          // A block laid out by the first run comes on top of what that run took: twice the memory, and no faster.
          enableMemPattern: false,
          ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
          extra: { session: { ...AS_WRITTEN, ...externalData(folder) } },
        }),
      );
      const several = accumulates && singleOn([provider]) === undefined;
      return new ModelSession(ort, session, provider, notice, several, new Recurrence(options.fedBack ?? []));
    } catch (error) {
      throw error instanceof UserError ? error : sessionError(error);
    }
  }

  /**
   * @param batch samples that the model takes at once. Where it takes several batches in one run, the feed may hold
   *   that many times as many.
   * @throws UserError where the model cannot run on this batch.
   */
  async run({ tensors, samples }: Feed, batch: number = samples): Promise<Outputs> {
    const { Tensor } = this.#ort;
    const shaped = (dims: readonly number[]) => {
      if (!this.accumulates) return dims;
      return batch === samples ? [1, ...dims] : [samples / batch, batch, ...dims.slice(1)];
    };
    try {
      const inputs = Object.fromEntries(
        Object.entries(tensors).map(([input, { type, data, dims }]) => [
          input,
          new Tensor(type as Tensor.Type, data as Tensor.DataType, shaped(dims)),
        ]),
      );
      const outputs = await this.#session.run(inputs);
      this.recurrence.remember(outputs);
      this.#completed++;
      return outputs;
    } catch (error) {
      throw error instanceof UserError ? error : runError(error, tensors);
    }
  }

  /** Batches that ran to their end. */
  get completed(): number {
    return this.#completed;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/**
 * Opens a small model of delve's own on the CPU, as it stands: whoever opens it runs it once.
 *
 * @param threads that share one operator; absent: one a core.
 * @throws UserError where it does not load.
 */
export async function openPlain(
  { bytes, externalDataFolder: folder }: ModelBytes,
  threads?: number,
): Promise<InferenceSession> {
  const { default: ort } = await import('onnxruntime-node');
  // The first session of a process settles this, whichever it is.
  ort.env.logLevel = 'fatal';
  try {
    return await ort.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: FATAL_ONLY,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      extra: { session: { ...AS_WRITTEN, ...externalData(folder) } },
    });
  } catch (error) {
    throw sessionError(error);
  }
}

const externalData = (folder: string | undefined) =>
  folder === undefined ? {} : { model_external_initializers_file_folder_path: folder };

export function doublesOf(outputs: Outputs, name: string): Float64Array {
  const values = valuesOf(outputs, name);
  if (!(values instanceof Float64Array)) throw new TypeError(`output ${name} is not float64`);
  return values;
}

export function valuesOf(outputs: Outputs, name: string): Tensor.DataType {
  const output = outputs[name];
  if (!output) throw new TypeError(`the rewritten model has no output ${name}`);
  return output.data;
}
