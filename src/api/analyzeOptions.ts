import type { DataOptions } from '../data/options.js';
import type { Progress } from '../engine/pass/progress.js';
import { UserError } from '../errors.js';
import type { InstrumentOptions } from '../instrument/options.js';
import type { OtherRun } from '../run/files/standingRun.js';
import type { ProviderChoice } from '../run/settingValues.js';
import type { RuleName } from '../run/storedRule.js';
import type { InspectOptions } from './inspect.js';
import type { InputOptions } from './openedModel.js';

export interface AnalyzeOptions
  extends InspectOptions,
    Partial<InstrumentOptions>,
    Pick<InputOptions, 'inputs' | 'state'>,
    Omit<DataOptions, 'data' | 'shuffles' | 'cameWith'> {
  /** A `.onnx` file. */
  readonly model: string;
  /** A source, or `<input>=<source>` once per model input. */
  readonly data: string | readonly string[];
  /** Directory for the run; absent: nothing is written. */
  readonly out?: string;
  /**
   * What becomes of another run that stands at `out`: `replace` it (default), `refuse` before the pass, or `number`
   * the directory. The same one, by the name of the model, the data and the settings, is replaced in any case.
   */
  readonly otherRun?: OtherRun;
  /** Called before the pass with where the run goes: `out`, or that with a number. */
  readonly onTarget?: (dir: string) => void;
  /** Write the moments too, so that runs can be merged and covariances read back. */
  readonly moments?: boolean;
  /**
   * Pass the data through a second time, and write where each sample lies in the plane of the first two eigenvectors
   * of each layer: `embedding.csv` in `out`, for `readEmbedding`.
   */
  readonly embedding?: boolean;
  /**
   * Samples a batch (32); `auto` starts at 32 and finds the size of the highest throughput by measuring. A model that
   * fixes its batch size runs at that.
   */
  readonly batchSize?: number | 'auto';
  /**
   * Batches that are added up inside one run of the model, so that their moments are fetched once. `auto` is 1 on the
   * CPU and on WebGPU; on CUDA it follows from what the first runs cost.
   */
  readonly accumulate?: number | 'auto';
  readonly maxSamples?: number;
  /**
   * What becomes of samples on which a layer gives NaN or an infinity: `report` where it came from, and give no numbers
   * of the layers concerned (default); or `skip` such samples, which then count in no layer.
   */
  readonly onNonfinite?: 'report' | 'skip';
  /**
   * Tell how well saturation, directions and effective rank are known (`true`), from groups of batches that are kept
   * apart: at most 512 MiB more, and about a tenth of the time.
   */
  readonly uncertainty?: boolean;
  /**
   * End the pass as soon as the saturation of every layer is known so well: half of its 95 % interval, and the bias that few
   * samples leave. `0.01` is one point; `'layer4.*=0.005'` is for some layers. Samples must come in random order.
   */
  readonly until?: number | string | readonly (number | string)[];
  /** Samples that are read as they lie were put in random order before, so that `until` may judge by the first ones. */
  readonly inOrderIsRandom?: boolean;
  /** Use every k-th batch only. */
  readonly every?: number;
  /**
   * Take one of several disjoint shares of the samples: `'3/16'` is the third of sixteen; `'auto'` reads which from the
   * variables that Slurm, Kubernetes and AWS Batch set in a task of an array. Samples are chosen first (`maxSamples`,
   * `every`), then dealt out by whole batches in turn. The moments are written too, for `mergeSavedRuns`.
   */
  readonly shard?: string;
  /**
   * Seconds between two states of the pass that are kept beside `out` (60), so that it can be resumed after it was
   * stopped; `false`: none. It is gone once the run is written.
   */
  readonly checkpoint?: number | false;
  /** Go on from the state that an earlier call of the same left beside `out`; where there is none, begin again. */
  readonly resume?: boolean;
  /**
   * An input `[samples, positions]` that is zero at positions that only fill up their sample: these are no observations of
   * layers that hold them. By default one called `attention_mask`; `false`: none.
   */
  readonly mask?: string | false;
  /** `auto` (CUDA where it loads, else the CPU), `cpu`, `cuda` or `webgpu`. */
  readonly provider?: ProviderChoice;
  /** Which of several GPUs (0); several share the batches, one session each. One named twice has two runs in flight. */
  readonly device?: number | readonly number[];
  /** Threads for each operator; absent: as many as there are cores. */
  readonly threads?: number;
  /**
   * Allow CUDA to round the factors of float32 products and convolutions to ten bits (TF32), unless the environment
   * variable `NVIDIA_TF32_OVERRIDE` says otherwise. It holds for all analyses of a process, as of the first on CUDA.
   */
  readonly tf32?: boolean;
  /** Shares of variance to explain, each above 0 and up to 1 (0.99); the first is the primary one. */
  readonly thresholds?: readonly number[];
  /** How directions are counted (`explained`); `delve`: as the released Python package does. */
  readonly idimRule?: RuleName;
  /** A label for the part of the data (`eval`). */
  readonly split?: string;
  /** Stops the work within a second or so; nothing is written then. */
  readonly signal?: AbortSignal;
  /** Called when the model is loaded and after every batch; with `embedding`, for a second pass from 0 again. */
  readonly onProgress?: (progress: Progress) => void;
  /** Remarks for people: which provider runs, at which batch size. */
  readonly onNotice?: (text: string) => void;
}

/**
 * An option that would have no effect is a misunderstanding, which the numbers would hide.
 *
 * @throws UserError for such an option.
 */
export function refuseWithoutEffect(options: AnalyzeOptions): void {
  const { device, provider, embedding, out, resume, checkpoint, magnitudes, accumulate } = options;
  if (magnitudes && typeof accumulate === 'number' && accumulate > 1) {
    throw new UserError(
      `--accumulate ${accumulate} adds batches up inside the model, and --magnitudes looks at each: leave one of them out`,
    );
  }
  if (device !== undefined && (provider === 'cpu' || provider === 'webgpu')) {
    throw new UserError(
      `--device ${device} has no effect with --provider ${provider}: it chooses among CUDA devices`,
    );
  }
  if (resume && out === undefined) {
    throw new UserError('--resume has no effect without --out: the checkpoint stands beside the run');
  }
  if (typeof checkpoint === 'number' && !(checkpoint > 0)) {
    throw new UserError(`--checkpoint ${checkpoint} makes no sense: give seconds, such as 60s, or off`);
  }
  if (embedding && out === undefined) {
    throw new UserError('--embedding has no effect without --out: name the directory for the run');
  }
}

/** @throws UserError where a number makes no sense. */
export function requireNumbers(options: AnalyzeOptions, thresholds: readonly number[]): void {
  for (const threshold of thresholds) {
    if (threshold > 0 && threshold <= 1) continue;
    throw new UserError(
      `--threshold ${threshold} is not a share of variance: give a number above 0 and up to 1`,
    );
  }
  if (thresholds.length === 0) throw new UserError('--threshold names no number: give one such as 0.99');
  const counts = {
    '--batch': options.batchSize === 'auto' ? undefined : options.batchSize,
    '--accumulate': options.accumulate === 'auto' ? undefined : options.accumulate,
    '--max-samples': options.maxSamples,
    '--every': options.every,
    '--threads': options.threads,
    '--interpolate': options.interpolate,
  };
  for (const [option, value] of Object.entries(counts)) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new UserError(`${option} ${value} makes no sense: give a whole number from 1 upward`);
  }
}
