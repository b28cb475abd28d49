import { messageOf, UserError } from '../../errors.js';
import {
  arrayOf,
  excerpt,
  finite,
  isRecord,
  objectOf,
  oneOf,
  optional,
  recordOf,
  type Shape,
  ShapeError,
  string,
  where,
  wholeFrom,
  within,
} from '../../shape/jsonShape.js';
import { type StoredKey, storedNumbers } from '../layerNumbers.js';
import type { RunNonFinite } from '../nonFinite.js';
import type { Run, RunData, RunLayer, RunModel, StructureNode } from '../schema.js';
import { settingRows, threshold } from '../settings.js';
import { ruleInWords } from '../storedRule.js';
import type { RunUntil } from '../until.js';
import { contradiction } from './contradiction.js';
import { numberShapes } from './numberShapes.js';
import { requireFittingUncertainty, uncertaintyShape } from './uncertaintyShape.js';

const SCHEMA_VERSION = 1;

const share = within(0, 1);
const anything: Shape = () => {};

const model = {
  path: string,
  sha256: string,
  producer: string,
  opset: wholeFrom(0),
} satisfies Record<keyof RunModel, Shape>;

const data = {
  source: string,
  reader: string,
  samples: wholeFrom(0),
  skipped: wholeFrom(0),
  available: optional(wholeFrom(0)),
  labels: optional(
    objectOf({
      classes: wholeFrom(0),
      samples: wholeFrom(0),
      top1: optional(share),
      top5: optional(share),
      counts: recordOf(wholeFrom(0)),
    }),
  ),
  skippedSamples: optional(arrayOf(objectOf({ origin: string, reason: string }))),
  preprocessing: optional(recordOf(anything)),
  shard: optional(objectOf({ parts: arrayOf(wholeFrom(1)), count: wholeFrom(1), block: wholeFrom(1) })),
} satisfies Record<keyof RunData, Shape>;

const layer = {
  name: string,
  node: string,
  op: string,
  output: string,
  ...(numberShapes(storedNumbers) as Record<StoredKey, Shape>),
  eigenvalues: spectrum,
  thresholds: optional(
    arrayOf(objectOf({ threshold, intrinsicDimensionality: wholeFrom(0), saturation: share })),
  ),
  invalid: optional(objectOf({ batch: wholeFrom(1), reason: string })),
  weightShape: optional(arrayOf(wholeFrom(0))),
  weights: optional(string),
  rankLimit: optional(wholeFrom(0)),
  measuredAt: optional(oneOf('input')),
  inside: optional(string),
  magnitudes: optional(
    objectOf({ largest: within(0, Number.MAX_VALUE), beyondFloat16: wholeFrom(0), values: wholeFrom(0) }),
  ),
  uncertainty: optional(uncertaintyShape),
  warnings: arrayOf(string),
} satisfies Record<keyof RunLayer, Shape>;

const yes = where((value) => value === true, 'true');

const structureNode = {
  id: string,
  op: string,
  isJoin: optional(yes),
  inputs: arrayOf(string),
  isOutput: optional(yes),
  isEnlarged: optional(yes),
  features: optional(wholeFrom(0)),
  inputFeatures: optional(wholeFrom(0)),
  groups: optional(wholeFrom(1)),
  kernel: optional(arrayOf(wholeFrom(0))),
  // Later versions may know further ones.
  role: optional(string),
  sharesWeightOf: optional(string),
  isDecoder: optional(yes),
  isRequested: optional(yes),
  isInside: optional(yes),
} satisfies Record<keyof StructureNode, Shape>;

const run = objectOf({
  schemaVersion: where((value) => value === SCHEMA_VERSION, String(SCHEMA_VERSION)),
  delve: string,
  model: objectOf(model),
  data: objectOf(data),
  settings: objectOf(Object.fromEntries(settingRows.map(({ key, shape }) => [key, shape]))),
  timing: objectOf({ seconds: finite, samplesPerSecond: finite, statisticsSeconds: optional(finite) }),
  layers: arrayOf(objectOf(layer)),
  embedding: optional(string),
  graph: optional(
    arrayOf(
      objectOf({
        id: string,
        op: string,
        isJoin: optional(yes),
        inputs: arrayOf(string),
      }),
    ),
  ),
  structure: optional(arrayOf(objectOf(structureNode))),
  outputLayer: optional(string),
  outputLayers: optional(arrayOf(string)),
  initialWeights: optional(objectOf({ layers: wholeFrom(0), of: wholeFrom(0) })),
  notObservable: optional(arrayOf(objectOf({ node: string, op: string, reason: string }))),
  nonFinite: optional(
    objectOf({
      layer: string,
      value: oneOf('NaN', 'Inf'),
      batch: wholeFrom(1),
      sample: optional(string),
      from: oneOf('data', 'weights', 'operator'),
      operator: optional(objectOf({ node: string, op: string })),
      tensor: optional(string),
      reason: string,
    } satisfies Record<keyof RunNonFinite, Shape>),
  ),
  until: optional(
    objectOf({
      targets: arrayOf(objectOf({ layers: optional(string), within: finite })),
      reached: where((value) => typeof value === 'boolean', 'true or false'),
      looks: wholeFrom(0),
      open: arrayOf(string),
    } satisfies Record<keyof RunUntil, Shape>),
  ),
  warnings: optional(arrayOf(string)),
} satisfies Record<keyof Run, Shape>);

/** Finite, none negative, descending: what cutting at a threshold relies on. */
function spectrum(value: unknown, path: string): void {
  arrayOf(finite)(value, path);
  if (!Array.isArray(value)) return;
  for (let i = 0; i < value.length; i++) {
    if (value[i] < 0 || (i > 0 && value[i] > value[i - 1])) {
      throw new ShapeError(`${path}[${i}]`, 'breaks the order: eigenvalues stand from the largest down to 0');
    }
  }
}

/**
 * The run that a `run.json` holds. Keys that this version does not know are kept.
 *
 * @param source the file's name, for messages.
 * @throws UserError that names the file and the key, where the text is not such a run.
 */
export function parseRun(text: string, source: string): Run {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${source} is not a whole JSON file (${firstLine(messageOf(error))}): run \`delve analyze\` again`,
      { cause: error },
    );
  }
  refuseNewerSchema(value, source);
  value = withToldLabels(value);
  try {
    requireRun(value);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new UserError(`${source} is not a run of delve: ${error.message}`, { cause: error });
  }
  refuseContradictions(value, source);
  return value;
}

/** Until 0.1 `data.labels` was what is `data.labels.counts` today. */
function withToldLabels(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value.data) || !isRecord(value.data.labels)) return value;
  const { labels } = value.data;
  const counts = Object.values(labels);
  if (isRecord(labels.counts) || !counts.every((count) => Number.isSafeInteger(count))) return value;
  const samples = counts.reduce<number>((sum, count) => sum + Number(count), 0);
  return { ...value, data: { ...value.data, labels: { classes: counts.length, samples, counts: labels } } };
}

function refuseNewerSchema(value: unknown, source: string): void {
  const found = isRecord(value) ? value.schemaVersion : undefined;
  if (typeof found === 'number' && found > SCHEMA_VERSION) {
    throw new UserError(
      `${source} has schemaVersion ${excerpt(found)}, this delve reads up to ${SCHEMA_VERSION}: update delve`,
    );
  }
}

function requireRun(value: unknown): asserts value is Run {
  run(value, '');
  // The shape above is what a Run is; only relations between keys are left.
  const { layers, data } = value as Run;
  for (const [index, part] of (data.shard?.parts ?? []).entries()) {
    const { parts, count } = data.shard ?? { parts: [], count: 0 };
    if (part <= count && (index === 0 || part > parts[index - 1])) continue;
    throw new ShapeError(
      `data.shard.parts[${index}]`,
      `is ${part}: they ascend, and none is above the count of ${count}`,
    );
  }
  const names = new Set<string>();
  for (const [index, layer] of layers.entries()) {
    const { name, features, eigenvalues, intrinsicDimensionality, saturation, invalid } = layer;
    const path = `layers[${index}]`;
    requireFittingUncertainty(layer, path);
    if (names.has(name)) throw new ShapeError(`${path}.name`, `is ${excerpt(name)} a second time`);
    names.add(name);
    if (eigenvalues.length !== 0 && eigenvalues.length !== features) {
      throw new ShapeError(
        `${path}.eigenvalues`,
        `should be all ${features} of them, one a feature, but there are ${eigenvalues.length}`,
      );
    }
    if (invalid && eigenvalues.length !== 0) {
      throw new ShapeError(`${path}.eigenvalues`, 'should be none, as the layer is invalid');
    }
    if ((intrinsicDimensionality ?? 0) > features) {
      throw new ShapeError(
        `${path}.intrinsicDimensionality`,
        `is ${intrinsicDimensionality}, more than the ${features} features`,
      );
    }
    if ((intrinsicDimensionality === null) !== (saturation === null)) {
      throw new ShapeError(`${path}.saturation`, 'should be null exactly where intrinsicDimensionality is');
    }
  }
}

/** What a gate judges must be what the spectrum says, and what another threshold would be cut from. */
function refuseContradictions({ layers, settings }: Run, source: string): void {
  for (const [index, layer] of layers.entries()) {
    const found = contradiction(layer, settings);
    if (!found) continue;
    const { threshold, idimRule } = settings;
    const wanted =
      found.wanted === undefined
        ? 'the layer has no eigenvalues that it could come from'
        : `its eigenvalues give ${found.wanted} (threshold ${threshold}, rule ${ruleInWords(idimRule)})`;
    throw new UserError(
      `${source} contradicts itself: layers[${index}].${found.key} of ${excerpt(layer.name)} is ${found.given}, but ${wanted}: the file was edited or damaged, run \`delve analyze\` again`,
    );
  }
}

function firstLine(text: string): string {
  return excerpt(text.split('\n', 1)[0]).slice(1, -1);
}
