import type { TensorData } from '../../data/feed.js';
import { messageOf, UserError } from '../../errors.js';
import type { Tf32 } from '../../run/settingValues.js';
import { BatchTooLargeError, type TooLargeBecause } from './batchTooLarge.js';
import { cleanedMessage } from './runtimeMessages.js';
import { heldTf32 } from './tf32.js';

/** The tensors of a batch, by input. */
type Feeds = Readonly<Record<string, TensorData>>;

/** What was run when ONNX Runtime threw. */
interface Situation {
  /** None while a model loads. */
  readonly feeds: Feeds;
  readonly tf32: Tf32;
}

/** A message of ONNX Runtime that delve knows, and what it says instead. */
interface KnownMessage {
  readonly pattern: RegExp;
  /** `match.input` is the whole message. */
  readonly sentence: (match: RegExpExecArray, situation: Situation) => string;
  /** Where fewer samples may run: the pass then tries smaller batches. */
  readonly tooLarge?: {
    readonly because: TooLargeBecause;
    /** As the beginning of a sentence. */
    readonly reason: (message: string, situation: Situation) => string;
  };
}

const outOfMemory =
  /failed to allocate|out of memory|bad_alloc|allocation failed|CU(?:BLAS|DNN)_STATUS_ALLOC_FAILED|cudaErrorMemoryAllocation/i;

/** cuDNN, and its front end that ONNX Runtime builds convolutions with, for shapes that none of its kernels is for. */
const noKernel =
  /No valid (?:engine configs|execution plans)|HEURISTIC_QUERY_FAILED|GRAPH_(?:NOT_SUPPORTED|EXECUTION_PLAN_CREATION_FAILED)|CU(?:DNN|BLAS)_STATUS_NOT_SUPPORTED/;

/** Operators of CUDA that count elements in 32 bits. */
const tooManyElements =
  /numeric_limits<[\w:]+>::max|DivMod|narrowing_error|SafeInt|CUDNN_STATUS_BAD_PARAM.*cudnnSetTensorNdDescriptor|invalid configuration argument/;

/** WebGPU has buffers of some size, and hands larger tensors over in pieces, of which a shader takes a few. */
const tooManyBuffers =
  /Too many storage buffers in shader|exceeds the max (?:storage )?buffer (?:binding )?size|\[Invalid Buffer/i;

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
    tooLarge: { because: 'memory', reason: () => 'memory ran out' },
    sentence: ({ input }) =>
      `memory ran out at loading the model${wanted(input)}: free some, or take another --provider or machine`,
  },
];

/** While a batch runs; the first that matches is taken. */
const running: readonly KnownMessage[] = [
  {
    pattern: /^Got invalid dimensions for input: (.+) for the following indices\n([\s\S]*)/,
    sentence: ([, input, list], { feeds }) => {
      const wrong = [...list.matchAll(/index: (\d+) Got: (\d+) Expected: (\d+)/g)].map(
        ([, axis, got, expected]) => `axis ${axis} is ${got} where the model wants ${expected}`,
      );
      return `input ${input} of shape ${shapeOf(feeds[input])} does not fit: ${wrong.join(', ')}`;
    },
  },
  {
    pattern: /^Invalid rank for input: (.+) Got: \d+ Expected: (\d+)/,
    sentence: ([, input, rank], { feeds }) =>
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
    tooLarge: { because: 'memory', reason: () => 'memory ran out' },
    sentence: ({ input }) => {
      const layer = observedAt(failedNode(input)?.node ?? '');
      return layer === undefined
        ? `memory ran out at ${placeOf(input)}${wanted(input)}: take a smaller --batch`
        : `memory ran out at the products of ${layer}${wanted(input)}: they grow with the square of its features, whatever the batch; choose another --conv-method or --sequence-method, or leave the layer out with --exclude`;
    },
  },
  {
    pattern: noKernel,
    tooLarge: {
      because: 'kernel',
      reason: (message, { tf32 }) =>
        tf32 === 'off'
          ? `without TF32 (--tf32 allows it) CUDA has no kernel for ${placeOf(message)}`
          : `CUDA has no kernel for ${placeOf(message)}`,
    },
    sentence: ({ input }, { feeds, tf32 }) =>
      tf32 === 'off'
        ? `${placeOf(input)} cannot run on ${shapesOf(feeds)}: CUDA has no kernel for it without TF32; allow that with --tf32, ${elsewhere}`
        : `${placeOf(input)} cannot run on ${shapesOf(feeds)}: CUDA has no kernel for it; ${elsewhere}`,
  },
  {
    pattern: tooManyBuffers,
    tooLarge: {
      because: 'kernel',
      reason: (message) => `WebGPU cannot take tensors so large at ${placeOf(message)}`,
    },
    sentence: ({ input }, { feeds }) =>
      `${placeOf(input)} cannot run on ${shapesOf(feeds)}: WebGPU cannot take tensors so large, or so many at once; ${elsewhere}`,
  },
  {
    pattern: tooManyElements,
    tooLarge: {
      because: 'count',
      reason: (message) => `${placeOf(message)} cannot count the elements of tensors so large`,
    },
    sentence: ({ input }, { feeds }) =>
      `${placeOf(input)} cannot run on ${shapesOf(feeds)}: its tensors have more elements than this provider can count (2³¹ − 1); ${elsewhere}`,
  },
];

const elsewhere = 'take a smaller --batch, smaller samples, or --provider cpu';

/** What ONNX Runtime throws while it loads a model, as one sentence that names the node and its operator. */
export function sessionError(error: unknown): UserError {
  const message = messageOf(error);
  return (
    known(loading, message, { feeds: {}, tf32: heldTf32() }) ??
    new UserError(`ONNX Runtime does not load the model: ${cleanedMessage(message)}`)
  );
}

/**
 * What ONNX Runtime throws while it runs the batch `feeds`, as one sentence.
 *
 * @param tf32 whether CUDA may have rounded to TF32; by default what holds in this process.
 * @returns a `BatchTooLargeError` where fewer samples may run.
 */
export function runError(error: unknown, feeds: Feeds, tf32: Tf32 = heldTf32()): UserError {
  const message = messageOf(error);
  const reason = cleanedMessage(failedNode(message)?.reason ?? message);
  return (
    known(running, message, { feeds, tf32 }) ??
    new UserError(`${placeOf(message)} cannot run on ${shapesOf(feeds)}: ${reason}`)
  );
}

/** Whether what ONNX Runtime says is that memory ran out, on the host or on the device. */
export function isOutOfMemory(message: string): boolean {
  return outOfMemory.test(message);
}

function known(table: readonly KnownMessage[], message: string, situation: Situation): UserError | undefined {
  for (const { pattern, sentence, tooLarge } of table) {
    const match = pattern.exec(message);
    if (!match) continue;
    const said = sentence(match, situation);
    return tooLarge
      ? new BatchTooLargeError(said, tooLarge.because, tooLarge.reason(message, situation))
      : new UserError(said);
  }
  return undefined;
}

const shapesOf = (feeds: Feeds): string =>
  Object.entries(feeds)
    .map(([input, tensor]) => `${input} ${shapeOf(tensor)}`)
    .join(', ');

/**
 * The node that failed, its operator, and why, as far as the message tells: of a Loop that batches are added up in, the
 * node inside it.
 */
function failedNode(message: string): { op: string; node: string; reason: string } | undefined {
  const begin = [...message.matchAll(/running \S+ node\. Name:/g)].at(-1)?.index ?? 0;
  const match = /running (\S+) node\. Name:'([^']*)' Status Message: ([\s\S]*)/.exec(message.slice(begin));
  return match ? { op: match[1], node: match[2], reason: match[3] } : undefined;
}

function placeOf(message: string): string {
  const failed = failedNode(message);
  // Nobody knows a Loop of delve's own.
  return failed && !(failed.op === 'Loop' && failed.node.startsWith('delve/'))
    ? at(failed.node, failed.op)
    : 'the model';
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
