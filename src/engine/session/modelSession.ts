import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Feed } from '../../data/feed.js';
import { UserError } from '../../errors.js';
import type { FedBackInput } from '../../instrument/fedBack.js';
import type { CarriedSums, ModelBytes } from '../../instrument/rewrittenModel.js';
import type { Provider, ProviderChoice } from '../../run/settingValues.js';
import { piece } from '../feeds/pieces.js';
import { CarriedRuns } from './carriedRuns.js';
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
  readonly #runs: CarriedRuns | undefined;
  #completed = 0;
  readonly provider: Provider;
  /** What there is to tell about the choice of the provider. */
  readonly notice: string | undefined;
  /** Whether one run takes several batches. */
  readonly accumulates: boolean;
  /** What is handed from one run to the next. */
  readonly recurrence: Recurrence;

  private constructor(
    ort: Ort,
    { session, runs }: Awaited<ReturnType<typeof openBoth>>,
    about: Pick<ModelSession, 'provider' | 'notice' | 'accumulates' | 'recurrence'>,
  ) {
    this.#ort = ort;
    this.#session = session;
    this.#runs = runs;
    this.provider = about.provider;
    this.notice = about.notice;
    this.accumulates = about.accumulates;
    this.recurrence = about.recurrence;
  }

  /** Whether moments of several batches are about a shift, as those of one batch are. */
  get keepsShift(): boolean {
    return this.#runs !== undefined;
  }

  /**
   * Loads ONNX Runtime and the model.
   *
   * @throws UserError where the provider or the model does not load.
   */
  static async open(
    { bytes, single, accumulates = false, carried, externalDataFolder: folder }: ModelBytes,
    options: SessionOptions,
  ): Promise<ModelSession> {
    const { default: ort } = await import('onnxruntime-node');
    ort.env.logLevel = 'fatal';
    /** On the CPU nothing has to be fetched, and several batches a run would only take memory. */
    const singleOn = ([first]: readonly ExecutionProvider[]) => (first === 'cpu' ? single : undefined);
    const known = ort.listSupportedBackends().map(({ name }) => name);
    try {
      const settings = {
        graphOptimizationLevel: 'all',
        logSeverityLevel: FATAL_ONLY,
        // A block laid out by the first run comes on top of what that run took: twice the memory, and no faster.
        enableMemPattern: false,
        ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
        extra: { session: { ...AS_WRITTEN, ...externalData(folder) } },
      } as const;
      const {
        session: opened,
        provider,
        notice,
      } = await openOn({ ...options, known }, (executionProviders) =>
        openBoth(ort, singleOn(executionProviders) ?? bytes, { ...settings, executionProviders }, carried),
      );
      return new ModelSession(ort, opened, {
        ...{ provider, notice },
        accumulates: accumulates && singleOn([provider]) === undefined,
        recurrence: new Recurrence(options.fedBack ?? []),
      });
    } catch (error) {
      throw error instanceof UserError ? error : sessionError(error);
    }
  }

  /**
   * @param batch samples that the model takes at once. Where it takes several batches in one run, the feed may hold
   *   that many times as many.
   * @throws UserError where the model cannot run on this batch.
   */
  async run(feed: Feed, batch: number = feed.samples): Promise<Outputs> {
    const { tensors, samples } = feed;
    try {
      const outputs = this.#runs
        ? await this.#runs.run(batchesOf(feed, batch).map((each) => this.#inputs(each.tensors)))
        : await this.#session.run(
            this.#inputs(tensors, (dims) => (this.accumulates ? withBatches(dims, samples, batch) : dims)),
          );
      this.recurrence.remember(outputs);
      this.#completed++;
      return outputs;
    } catch (error) {
      throw error instanceof UserError ? error : runError(error, tensors);
    }
  }

  #inputs(
    tensors: Feed['tensors'],
    shaped: (dims: readonly number[]) => readonly number[] = (dims) => dims,
  ): InferenceSession.OnnxValueMapType {
    const { Tensor } = this.#ort;
    return Object.fromEntries(
      Object.entries(tensors).map(([input, { type, data, dims }]) => [
        input,
        new Tensor(type as Tensor.Type, data as Tensor.DataType, shaped(dims)),
      ]),
    );
  }

  /** Batches that ran to their end. */
  get completed(): number {
    return this.#completed;
  }

  async release(): Promise<void> {
    await this.#runs?.release();
    await this.#session.release();
  }
}

/** A session, and where sums go from run to run, what makes these runs. */
async function openBoth(
  ort: Ort,
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
  carried: CarriedSums | undefined,
): Promise<{ readonly session: InferenceSession; readonly runs?: CarriedRuns }> {
  if (!carried) return { session: await ort.InferenceSession.create(bytes, options) };
  const session = await ort.InferenceSession.create(bytes, {
    ...options,
    ...(options.executionProviders?.[0] === 'webgpu'
      ? {
          preferredOutputLocation: Object.fromEntries(
            carried.values.map(({ output }) => [output, 'gpu-buffer']),
          ),
        }
      : {}),
  });
  const reader = await ort.InferenceSession.create(carried.reader, options);
  return { session, runs: new CarriedRuns(ort, session, reader, carried) };
}

const batchesOf = (feed: Feed, batch: number): Feed[] =>
  Array.from({ length: Math.max(1, Math.ceil(feed.samples / Math.max(1, batch))) }, (_, i) =>
    piece(feed, i * batch, Math.min(feed.samples, (i + 1) * batch)),
  );

const withBatches = (dims: readonly number[], samples: number, batch: number): readonly number[] =>
  batch === samples ? [1, ...dims] : [samples / batch, batch, ...dims.slice(1)];

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
