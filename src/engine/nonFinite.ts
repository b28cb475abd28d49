import type { Feed } from '../data/feed.js';
import { nameOutputs } from '../instrument/nameOutputs.js';
import {
  type CountOutputs,
  type NonFiniteCounts,
  nonFiniteCounts,
  valueOutputs,
} from '../instrument/nonFiniteCounts.js';
import type { Layer } from '../layers/layer.js';
import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { namesRead } from '../onnx/walk.js';
import type { NonFinite, NonFiniteSource, ValueRange } from '../run/nonFinite.js';
import { fixedFeeds } from './feeds/fixedBatch.js';
import { divides, piece } from './feeds/pieces.js';
import { doublesOf, ModelSession } from './session/modelSession.js';

type Kind = keyof CountOutputs;
/** How many elements are NaN, or not finite, by value. */
type Counts = ReadonlyMap<string, Readonly<Record<Kind, number>>>;

/** On the CPU: it has kernels for all that is counted, and what came up elsewhere comes up here, as a rule. */
const CPU = { provider: 'cpu' } as const;

/**
 * Finds out where NaN or an infinity came from: the first layer in graph order that gave one, the first sample of the
 * batch for which it did, and the operator that made it of finite numbers.
 *
 * @param feed the batch in which it came up. Its samples are told apart by running them alone.
 * @param fixedBatch the batch size that the model fixes; batches are filled up to it.
 * @returns `undefined` where no layer gives one on this batch here: another provider may round otherwise.
 * @throws UserError where the model with its counts does not load or run.
 */
export async function findNonFinite(
  model: ModelFile,
  layers: readonly Layer[],
  feed: Feed,
  fixedBatch: number | undefined,
): Promise<NonFinite | undefined> {
  const graph = nameOutputs(model.graph, layers);
  const counting = nonFiniteCounts(
    model,
    graph,
    layers.map(({ output }) => output),
  );
  const session = await ModelSession.open(counting, CPU);
  try {
    const count = (part: Feed) => counted(session, counting, part, fixedBatch);
    const isBad = async (part: Feed) => firstOf(layers, await count(part)) !== undefined;
    const sample = feed.samples === 1 ? 0 : divides(feed) ? await firstBad(feed, isBad) : undefined;
    const part = sample === undefined ? feed : piece(feed, sample, sample + 1);
    const counts = await count(part);
    const layer = firstOf(layers, counts);
    if (!layer) return undefined;
    const kind = (counts.get(layer.output)?.nan ?? 0) > 0 ? 'nan' : 'nonFinite';
    const index = new Graph(graph, model.proto);
    const origin = sample === undefined ? undefined : feed.origins?.[sample];
    const source = await sourceOf(
      { model, index, counts, part: filled(part, fixedBatch) },
      layer.output,
      kind,
    );
    return {
      layer: layer.name,
      value: kind === 'nan' ? 'NaN' : 'Inf',
      ...(origin === undefined ? {} : { sample: origin }),
      source,
    };
  } finally {
    await session.release();
  }
}

/** The first sample that is bad alone, by halving; `undefined` where none is. */
async function firstBad(feed: Feed, isBad: (part: Feed) => Promise<boolean>): Promise<number | undefined> {
  let start = 0;
  let end = feed.samples;
  while (end - start > 1) {
    const middle = start + Math.ceil((end - start) / 2);
    if (await isBad(piece(feed, start, middle))) end = middle;
    else start = middle;
  }
  return (await isBad(piece(feed, start, end))) ? start : undefined;
}

const firstOf = (layers: readonly Layer[], counts: Counts): Layer | undefined =>
  layers.find(({ output }) => (counts.get(output)?.nonFinite ?? 0) > 0);

async function counted(
  session: ModelSession,
  { outputs }: NonFiniteCounts,
  feed: Feed,
  fixedBatch: number | undefined,
): Promise<Counts> {
  const totals = new Map<string, Record<Kind, number>>();
  for (const part of fixedBatch === undefined ? [feed] : filledAll(feed, fixedBatch)) {
    const given = await session.run(part);
    for (const [value, names] of outputs) {
      const known = totals.get(value) ?? { nan: 0, nonFinite: 0 };
      known.nan += doublesOf(given, names.nan)[0];
      known.nonFinite += doublesOf(given, names.nonFinite)[0];
      totals.set(value, known);
    }
  }
  return totals;
}

const filledAll = (feed: Feed, size: number): Feed[] => [...fixedFeeds(feed, size)].map(({ feed }) => feed);

const filled = (feed: Feed, size: number | undefined): Feed =>
  size === undefined ? feed : filledAll(feed, size)[0];

interface Case {
  readonly model: ModelFile;
  readonly index: Graph;
  readonly counts: Counts;
  readonly part: Feed;
}

/**
 * Goes back from a value along those that hold the same, to the first that nothing it was made of holds.
 *
 * Infinities need not be a fault: masks are made of them. So NaN is followed along NaN alone; where it was made of an
 * infinity, it is said where that came from.
 */
async function sourceOf(found: Case, value: string, kind: Kind): Promise<NonFiniteSource> {
  const { index, counts } = found;
  const visited = new Set<string>();
  let at = value;
  for (;;) {
    visited.add(at);
    const node = index.producer(at);
    if (!node) return { from: 'data', input: at };
    const next = [...namesRead(node)].find(
      (name) => !visited.has(name) && (counts.get(name)?.[kind] ?? 0) > 0,
    );
    if (next === undefined) return madeBy(found, node, kind);
    at = next;
  }
}

async function madeBy(found: Case, node: NodeProto, kind: Kind): Promise<NonFiniteSource> {
  const { index, counts } = found;
  const operator = { node: node.name, op: node.opType };
  const inputs = await rangesOf(found, [...namesRead(node)]);
  const isStored = ({ name }: ValueRange) => index.producer(name) === undefined && !counts.has(name);
  const weights = inputs.find((range) => isStored(range) && isNonFinite(range));
  if (weights) return { from: 'weights', weights: weights.name, operator };
  const given = inputs.filter((range) => !isStored(range));
  const infinite = kind === 'nan' ? given.find(({ infinite }) => infinite > 0) : undefined;
  const before = infinite ? await sourceOf(found, infinite.name, 'nonFinite') : undefined;
  return { from: 'operator', operator, inputs: given, ...(before ? { infinityFrom: before } : {}) };
}

/** The smallest and the largest number in each of these values, NaN apart. Those that are no numbers are left out. */
async function rangesOf({ model, index, part }: Case, names: readonly string[]): Promise<ValueRange[]> {
  const wanted = valueOutputs(model, index.proto, names);
  let session: ModelSession;
  try {
    session = await ModelSession.open(wanted, CPU);
  } catch {
    // Something among them is no tensor: where it was made stands without it.
    return [];
  }
  try {
    const given = await session.run(part);
    return [...wanted.outputs].map(([name, output]) => rangeOf(name, doublesOf(given, output)));
  } finally {
    await session.release();
  }
}

const isNonFinite = ({ nan, infinite }: ValueRange): boolean => nan > 0 || infinite > 0;

function rangeOf(name: string, values: Float64Array): ValueRange {
  let [smallest, largest, nan, infinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
  }
  const isEmpty = smallest > largest;
  return { name, smallest: isEmpty ? null : smallest, largest: isEmpty ? null : largest, nan, infinite };
}
