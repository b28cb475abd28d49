import type { TensorData } from '../../data/feed.js';
import { messageOf, UserError } from '../../errors.js';
import { OutOfMemoryError } from './outOfMemory.js';
import { cleanedMessage } from './runtimeMessages.js';

/** The tensors of a batch, by input. */
type Feeds = Readonly<Record<string, TensorData>>;

/** A message of ONNX Runtime that delve knows, and what it says instead. */
interface KnownMessage {
  readonly pattern: RegExp;
  /** `match.input` is the whole message, `feeds` the batch that ran (none while a model loads). */
  readonly sentence: (match: RegExpExecArray, feeds: Feeds) => string;
  /** Whether less memory would have done: the pass then tries smaller batches. */
  readonly memory?: true;
}

const outOfMemory =
  /failed to allocate|out of memory|bad_alloc|allocation failed|CUBLAS_STATUS_ALLOC_FAILED/i;

/** While a model loads; the first that matches is taken. */
const loading: readonly KnownMessage[] = [
  {
    pattern: /In Node, \("([^"]*)", ([\w.:]+),.*No Op registered for \S+ with domain_version of (\d+)/s,
    sentence: ([, node, op, opset]) =>
      `${at(node, op)} cannot run: ONNX Runtime knows no operator ${op} in opset ${opset}; export the model with standard operators`,
  },
  {
    pattern: /Fatal error: (\S+?)\(-?\d+\) is not a registered function\/op/,
    sentence: ([, op]) =>
      `the model needs the operator ${op}, which ONNX Runtime does not have; export it with standard operators`,
  },
  {
    pattern: /implementation for (\w+)\((\d+)\) node with name '([^']*)'/,
    sentence: ([, op, opset, node]) =>
      `${at(node, op)} cannot run: ONNX Runtime has no ${op} of opset ${opset} for the types of its inputs on this provider; try another --provider, or export the model in float32`,
  },
  {
    pattern: outOfMemory,
    memory: true,
    sentence: ({ input }) =>
      `memory ran out at loading the model${wanted(input)}: free some, or take another --provider or machine`,
  },
];

/** While a batch runs; the first that matches is taken. */
const running: readonly KnownMessage[] = [
  {
    pattern: /^Got invalid dimensions for input: (.+) for the following indices\n([\s\S]*)/,
    sentence: ([, input, list], feeds) => {
      const wrong = [...list.matchAll(/index: (\d+) Got: (\d+) Expected: (\d+)/g)].map(
        ([, axis, got, expected]) => `axis ${axis} is ${got} where the model wants ${expected}`,
      );
      return `input ${input} of shape ${shapeOf(feeds[input])} does not fit: ${wrong.join(', ')}`;
    },
  },
  {
    pattern: /^Invalid rank for input: (.+) Got: \d+ Expected: (\d+)/,
    sentence: ([, input, rank], feeds) =>
      `input ${input} of shape ${shapeOf(feeds[input])} does not fit: the model wants ${rank} dimensions`,
  },
  {
    pattern: /Unexpected input data type\. Actual: \(tensor\((\w+)\)\)\s*, expected: \(tensor\((\w+)\)\)/,
    sentence: ([, actual, expected]) => `an input is given as ${actual} where the model wants ${expected}`,
  },
  {
    pattern: /^input '(.+)' is missing in 'feeds'/,
    sentence: ([, input]) =>
      `input ${input} of the model gets no data: name its source with --data ${input}=<source>`,
  },
  {
    pattern: outOfMemory,
    memory: true,
    sentence: ({ input }) => {
      const layer = observedAt(failedNode(input)?.node ?? '');
      return layer === undefined
        ? `memory ran out at ${placeOf(input)}${wanted(input)}: take a smaller --batch`
        : `memory ran out at the products of ${layer}${wanted(input)}: they grow with the square of its features, whatever the batch; choose another --conv-method or --sequence-method, or leave the layer out with --exclude`;
    },
  },
];

/** What ONNX Runtime throws while it loads a model, as one sentence that names the node and its operator. */
export function sessionError(error: unknown): UserError {
  const message = messageOf(error);
  return (
    known(loading, message, {}) ??
    new UserError(`ONNX Runtime does not load the model: ${cleanedMessage(message)}`)
  );
}

/** What ONNX Runtime throws while it runs the batch `feeds`, as one sentence. */
export function runError(error: unknown, feeds: Feeds): UserError {
  const message = messageOf(error);
  const shapes = Object.entries(feeds).map(([input, tensor]) => `${input} ${shapeOf(tensor)}`);
  const reason = cleanedMessage(failedNode(message)?.reason ?? message);
  return (
    known(running, message, feeds) ??
    new UserError(`${placeOf(message)} cannot run on ${shapes.join(', ')}: ${reason}`)
  );
}

/** Whether what ONNX Runtime says is that memory ran out, on the host or on the device. */
export function isOutOfMemory(message: string): boolean {
  return outOfMemory.test(message);
}

function known(table: readonly KnownMessage[], message: string, feeds: Feeds): UserError | undefined {
  for (const { pattern, sentence, memory } of table) {
    const match = pattern.exec(message);
    if (match) return new (memory ? OutOfMemoryError : UserError)(sentence(match, feeds));
  }
  return undefined;
}

/** The node that failed, its operator, and why, as far as the message tells. */
function failedNode(message: string): { op: string; node: string; reason: string } | undefined {
  const match = /running (\S+) node\. Name:'([^']*)' Status Message: ([\s\S]*)/.exec(message);
  return match ? { op: match[1], node: match[2], reason: match[3] } : undefined;
}

function placeOf(message: string): string {
  const failed = failedNode(message);
  return failed ? at(failed.node, failed.op) : 'the model';
}

/** The layer whose moments a node computes, as far as its name tells; `undefined` for the model's own nodes. */
function observedAt(node: string): string | undefined {
  const [, layer] = /^delve\/(.+)\/scatter_node/.exec(node) ?? [];
  if (layer !== undefined) return `layer ${layer}`;
  return /^delve\/(?:Gemm|MatMul)_/.test(node) ? 'a wide layer' : undefined;
}

const gigabytes = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

function wanted(message: string): string {
  const bytes = /buffer of size (\d+)/.exec(message)?.[1];
  return bytes ? ` (it asked for ${gigabytes.format(Number(bytes) / 1e9)} GB more)` : '';
}

function at(node: string, op: string): string {
  return node === '' ? `a node without a name (${op})` : `node ${node} (${op})`;
}

function shapeOf(tensor: TensorData | undefined): string {
  return tensor ? `[${tensor.dims.join(', ')}]` : 'unknown';
}
