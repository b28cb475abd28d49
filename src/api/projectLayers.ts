import { projectModel } from '../compress/compressModel.js';
import { fedAgain } from '../compress/fedAgain.js';
import type { Projected, Projection } from '../compress/results.js';
import { UserError } from '../errors.js';
import type { ModelProto } from '../onnx/proto/onnx_pb.js';
import { writeModel } from '../onnx/writeModel.js';
import { compared, type SideBySide } from './compression/compared.js';
import type { CompressionData } from './compression/compressionData.js';
import { basesAt, randomBases, type Thresholds, uniform } from './compression/levels.js';
import { prepare } from './compression/prepare.js';
import { modelTarget } from './modelTarget.js';

export interface ProjectOptions extends Omit<CompressionData, 'holdOut'> {
  /** The `.onnx` file to write; absent: nothing is written, only measured. */
  readonly output?: string;
  /** Share of each layer's variance to keep (0.99). */
  readonly threshold?: number;
  /** Project on as many random directions instead of the leading eigenvectors. */
  readonly random?: boolean;
  /** Thresholds to measure: for all layers at once, and for each layer alone. */
  readonly sweep?: readonly number[];
}

/** What is to be projected at once. */
interface Wanted {
  readonly threshold: number;
  readonly layer?: string;
  readonly thresholds: Thresholds;
}

/** How many projected models are open beside the original while they are compared. */
const AT_ONCE = 8;

/**
 * Projects the outputs of layers on their leading eigenvectors, before any activation function, and measures what that
 * costs: the experiment that saturation rests on, as the Python package's `pca_layers` make it.
 *
 * @throws UserError for everything that the caller can change. Nothing is written then.
 */
export async function projectLayers(options: ProjectOptions): Promise<Projection> {
  const { threshold = 0.99, random = false, sweep = [] } = options;
  for (const share of [threshold, ...sweep]) {
    if (share > 0 && share <= 1) continue;
    throw new UserError(`--threshold ${share} is not a share of variance: give a number above 0 and up to 1`);
  }
  const { model: path, data, run } = options;
  const output =
    options.output === undefined
      ? undefined
      : await modelTarget(options.output, path, {
          data: typeof data === 'string' ? [data] : data,
          ...(run === undefined ? {} : { runs: [{ path: run, what: `the run ${run}` }] }),
        });
  const prepared = await prepare({ ...options, holdOut: false });
  try {
    const { model, source, directions } = prepared;
    const wanted: readonly Wanted[] = [
      { threshold, thresholds: uniform(prepared, threshold) },
      ...sweep.flatMap((share) => [
        { threshold: share, thresholds: uniform(prepared, share) },
        ...[...directions.keys()].map((layer) => ({
          threshold: share,
          layer,
          thresholds: new Map([[layer, share]]),
        })),
      ]),
    ];
    const made = (thresholds: Thresholds): ModelProto => {
      const bases = random ? randomBases(prepared, thresholds, 1) : basesAt(prepared, thresholds);
      return projectModel(model, prepared.layers, bases, prepared.constants);
    };
    const results: Projected[] = [];
    let first: SideBySide | undefined;
    for (let start = 0; start < wanted.length; start += AT_ONCE) {
      const part = wanted.slice(start, start + AT_ONCE);
      const comparison = await compared(
        prepared,
        part.map(({ thresholds }) => made(thresholds)),
        options,
      );
      first ??= comparison;
      for (const [i, { threshold: share, layer }] of part.entries()) {
        const { accuracy, agreement, outputs } = comparison.models[i + 1];
        results.push({ threshold: share, layer, accuracy, agreement, outputs });
      }
    }
    const [result, ...others] = results;
    if (!first) throw new Error('no model was projected');
    if (output !== undefined)
      await writeModel(
        output,
        fedAgain(made(wanted[0].thresholds), prepared.original),
        model.externalDataFolder,
      );
    return {
      model: { path, sha256: model.sha256 },
      output: output ?? null,
      data: {
        source: source.source,
        samples: first.samples,
        ...(prepared.run === undefined ? {} : { run: prepared.run }),
      },
      random,
      accuracy: first.models[0].accuracy,
      layers: [...directions].map(([name, found]) => ({
        name,
        features: found.features,
        kept: found.keptAt(threshold),
      })),
      left: prepared.layers.flatMap((each) =>
        'reason' in each ? [{ name: each.layer.name, reason: each.reason }] : [],
      ),
      result,
      ...(others.length > 0 ? { sweep: others } : {}),
      ...(first.warnings.length > 0 ? { warnings: first.warnings } : {}),
    };
  } finally {
    await prepared.source.close();
  }
}
