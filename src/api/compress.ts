import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { LayerChange } from '../compress/compressModel.js';
import { fedAgain } from '../compress/fedAgain.js';
import type { Compression, Measured } from '../compress/results.js';
import { UserError } from '../errors.js';
import { externalFiles } from '../onnx/externalData.js';
import { serializeModel } from '../onnx/modelFile.js';
import type { ModelProto } from '../onnx/proto/onnx_pb.js';
import { writeModel } from '../onnx/writeModel.js';
import { compared, type SideBySide } from './compression/compared.js';
import type { CompressionData } from './compression/compressionData.js';
import {
  basesAt,
  compressedAt,
  randomBases,
  type Thresholds,
  totalMacs,
  uniform,
} from './compression/levels.js';
import { type Prepared, prepare } from './compression/prepare.js';
import { type Loss, toMacs, withinDrop } from './compression/search.js';
import { modelTarget } from './modelTarget.js';

export interface CompressOptions extends Omit<CompressionData, 'holdOut'> {
  /** The `.onnx` file to write; absent: nothing is written, only measured. */
  readonly output?: string;
  /** Share of each layer's variance to keep (0.99). */
  readonly threshold?: number;
  /** Find the thresholds of fewest operations that lose at most this share of accuracy (0.005 is half a point). */
  readonly maxDrop?: number;
  /** Find the thresholds of least error that leave this share of the model's MACs (0.6 is 60 %). */
  readonly targetMacs?: number;
  /** Further thresholds to measure, for all layers at once. */
  readonly sweep?: readonly number[];
  /** Also measure as many random directions: the proof that directions matter, and not counts. */
  readonly control?: boolean;
}

/**
 * Makes a model smaller: each layer keeps only the leading eigenvectors of its output, found on the given data, and
 * what that costs is measured on it.
 *
 * @throws UserError for everything that the caller can change; InterruptedError when `signal` aborts. Nothing is
 *   written then.
 */
export async function compress(options: CompressOptions): Promise<Compression> {
  requireOneGoal(options);
  const output = options.output === undefined ? undefined : await targetOf(options.output, options);
  const searches = options.maxDrop !== undefined || options.targetMacs !== undefined;
  const prepared = await prepare({ ...options, holdOut: searches });
  try {
    const thresholds = await chosenThresholds(prepared, options);
    const { proto, changes } = compressedAt(prepared, basesAt(prepared, thresholds));
    if (changes.every(({ action }) => action === 'left')) throw new UserError(nothingGained(changes));
    const others = options.control
      ? [compressedAt(prepared, randomBases(prepared, thresholds, 1)).proto]
      : [];
    const comparison = await compared(prepared, [proto, ...others], options);
    const measured = await measuredBy(prepared, proto, changes, comparison, 1);
    const sweep = await sweepOf(prepared, options);
    const bytes =
      output === undefined
        ? undefined
        : await writeModel(output, fedAgain(proto, prepared.original), prepared.model.externalDataFolder);
    return {
      model: { path: options.model, sha256: prepared.model.sha256 },
      output: output ?? null,
      data: {
        source: prepared.source.source,
        samples: comparison.samples,
        heldOut: prepared.heldOut !== undefined,
        ...(prepared.run === undefined ? {} : { run: prepared.run }),
      },
      thresholds: Object.fromEntries(thresholds),
      ...measured,
      bytes: bytes === undefined ? measured.bytes : { ...measured.bytes, after: bytes },
      layers: changes.map((change) => ({
        ...change,
        macs: perSample(change.macs, prepared),
        threshold: thresholds.get(change.name) ?? null,
        explained:
          change.action === 'left'
            ? null
            : (prepared.directions.get(change.name)?.explainedBy(change.kept ?? 0) ?? null),
      })),
      ...(sweep ? { sweep } : {}),
      ...(comparison.warnings.length > 0 ? { warnings: comparison.warnings } : {}),
      ...(options.control ? { control: await measuredBy(prepared, others[0], changes, comparison, 2) } : {}),
    };
  } finally {
    await prepared.source.close();
  }
}

function requireOneGoal({ threshold, maxDrop, targetMacs, sweep }: CompressOptions): void {
  const given = [
    ['--threshold', threshold],
    ['--max-drop', maxDrop],
    ['--target-macs', targetMacs],
  ].flatMap(([name, value]) => (value === undefined ? [] : [String(name)]));
  if (given.length > 1) {
    throw new UserError(`${given.join(' and ')} cannot both be reached: give one of them`);
  }
  for (const share of [threshold ?? 1, ...(sweep ?? [])]) {
    if (!(share > 0 && share <= 1)) {
      throw new UserError(
        `--threshold ${share} is not a share of variance: give a number above 0 and up to 1`,
      );
    }
  }
  if (maxDrop !== undefined && !(maxDrop >= 0 && maxDrop < 1)) {
    throw new UserError('--max-drop is not a share: give a percentage such as 0.5%');
  }
  if (targetMacs !== undefined && !(targetMacs > 0 && targetMacs < 1)) {
    throw new UserError('--target-macs is not a share below 100 %: give a percentage such as 60%');
  }
}

async function targetOf(output: string, { model, data, run }: CompressOptions): Promise<string> {
  return modelTarget(output, model, {
    data: typeof data === 'string' ? [data] : data,
    ...(run === undefined ? {} : { runs: [{ path: run, what: `the run ${run}` }] }),
  });
}

async function chosenThresholds(prepared: Prepared, options: CompressOptions): Promise<Thresholds> {
  const { maxDrop, targetMacs, threshold = 0.99 } = options;
  const judge = async (thresholds: Thresholds): Promise<Loss> => {
    const { proto } = compressedAt(prepared, basesAt(prepared, thresholds));
    return lossIn(await compared(prepared, [proto], options));
  };
  if (maxDrop !== undefined) return withinDrop(prepared, maxDrop, judge);
  if (targetMacs === undefined) return uniform(prepared, threshold);
  const whole = compressedAt(prepared, new Map()).changes;
  return toMacs(prepared, targetMacs, totalMacs(whole, 'before'), judge);
}

function lossIn({ models: [before, after] }: SideBySide): Loss {
  const errors = after.outputs.flatMap(({ relativeError }) =>
    relativeError === null ? [] : [relativeError],
  );
  const error = errors.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...errors);
  const { accuracy, agreement } = after;
  const drop =
    accuracy !== null && before.accuracy !== null
      ? before.accuracy - accuracy
      : agreement === null
        ? error
        : 1 - agreement;
  return { drop, error };
}

const perSample = <T extends { readonly before: number | null; readonly after: number | null }>(
  { before, after }: T,
  { shapeSamples }: Prepared,
) => ({
  before: before === null ? null : before / shapeSamples,
  after: after === null ? null : after / shapeSamples,
});

/** @param index of the model among those that were compared. */
async function measuredBy(
  prepared: Prepared,
  proto: ModelProto,
  changes: readonly LayerChange[],
  { models, labelled }: SideBySide,
  index: number,
): Promise<Measured> {
  const [before, after] = [models[0], models[index]];
  const sum = (when: 'before' | 'after') =>
    changes.reduce((total, { parameters }) => total + (parameters[when] ?? 0), 0);
  const { accuracy } = before;
  return {
    macs: {
      before: totalMacs(changes, 'before') / prepared.shapeSamples,
      after: totalMacs(changes) / prepared.shapeSamples,
    },
    parameters: { before: sum('before'), after: sum('after') },
    bytes: { before: await sizeOf(prepared), after: serializeModel(proto).length },
    millisecondsPerSample: { before: before.millisecondsPerSample, after: after.millisecondsPerSample },
    ...(accuracy !== null && after.accuracy !== null
      ? { accuracy: { before: accuracy, after: after.accuracy, samples: labelled } }
      : {}),
    fidelity: { agreement: after.agreement, outputs: after.outputs },
  };
}

async function sizeOf({ model: { path, proto, externalDataFolder: folder } }: Prepared): Promise<number> {
  const files = [path, ...(folder === undefined ? [] : externalFiles(proto, path, folder))];
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function sweepOf(prepared: Prepared, options: CompressOptions) {
  if (!options.sweep || options.sweep.length === 0) return undefined;
  const rows: (Measured & { readonly threshold: number })[] = [];
  for (const threshold of options.sweep) {
    const { proto, changes } = compressedAt(prepared, basesAt(prepared, uniform(prepared, threshold)));
    const comparison = await compared(prepared, [proto], options);
    rows.push({ threshold, ...(await measuredBy(prepared, proto, changes, comparison, 1)) });
  }
  return rows;
}

function nothingGained(changes: readonly LayerChange[]): string {
  const reasons = changes.flatMap(({ name, reason }) =>
    reason === undefined ? [] : [`${basename(name)}: ${reason}`],
  );
  const more = reasons.length > 3 ? '; …' : '';
  return `nothing is gained at this threshold (${reasons.slice(0, 3).join('; ')}${more}): choose a lower one`;
}
