import type { TensorData } from '../../data/feed.js';
import { messageOf, UserError } from '../../errors.js';
import { OutOfMemoryError } from './outOfMemory.js';
import { cleanedMessage } from './runtimeMessages.js';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** What ONNX Runtime throws while it loads a model, as one sentence that names the node and its operator. */
export function sessionError(error: unknown): UserError {
  const message = messageOf(error);
  const unknown =
    /In Node, \("([^"]*)", ([\w.:]+),.*No Op registered for \S+ with domain_version of (\d+)/s.exec(message);
  if (unknown) {
    const [, node, op, opset] = unknown;
    return refused(
      `${at(node, op)} cannot run: ONNX Runtime knows no operator ${op} in opset ${opset}; export the model with standard operators`,
    );
  }
  const custom = /Fatal error: (\S+?)\(-?\d+\) is not a registered function\/op/.exec(message);
  if (custom) {
    return refused(
      `the model needs the operator ${custom[1]}, which ONNX Runtime does not have; export it with standard operators`,
    );
  }
  const unimplemented = /implementation for (\w+)\((\d+)\) node with name '([^']*)'/.exec(message);
  if (unimplemented) {
    const [, op, opset, node] = unimplemented;
    return refused(
      `${at(node, op)} cannot run: ONNX Runtime has no ${op} of opset ${opset} for the types of its inputs on this provider; try another --provider, or export the model in float32`,
    );
  }
  if (isOutOfMemory(message))
    return outOfMemory('loading the model', message, 'free some, or take another --provider or machine');
  return refused(`ONNX Runtime does not load the model: ${cleanedMessage(message)}`);
}

/**
 * What ONNX Runtime throws while it runs a batch, as one sentence.
 *
 * @param given the tensors of that batch, by input.
 */
export function runError(error: unknown, given: Readonly<Record<string, TensorData>>): UserError {
  const message = messageOf(error);
  const dimensions = /^Got invalid dimensions for input: (.+) for the following indices\n([\s\S]*)/.exec(
    message,
  );
  if (dimensions) {
    const [, input, list] = dimensions;
    const wrong = [...list.matchAll(/index: (\d+) Got: (\d+) Expected: (\d+)/g)].map(
      ([, axis, got, expected]) => `axis ${axis} is ${got} where the model wants ${expected}`,
    );
    return refused(`input ${input} of shape ${shapeOf(given[input])} does not fit: ${wrong.join(', ')}`);
  }
  const rank = /^Invalid rank for input: (.+) Got: (\d+) Expected: (\d+)/.exec(message);
  if (rank) {
    const [, input, , expected] = rank;
    return refused(
      `input ${input} of shape ${shapeOf(given[input])} does not fit: the model wants ${expected} dimensions`,
    );
  }
  const type =
    /Unexpected input data type\. Actual: \(tensor\((\w+)\)\)\s*, expected: \(tensor\((\w+)\)\)/.exec(
      message,
    );
  if (type) return refused(`an input is given as ${type[1]} where the model wants ${type[2]}`);
  const missing = /^input '(.+)' is missing in 'feeds'/.exec(message);
  if (missing) {
    return refused(
      `input ${missing[1]} of the model gets no data: name its source with --data ${missing[1]}=<source>`,
    );
  }
  const failed = /running (\S+) node\. Name:'([^']*)' Status Message: ([\s\S]*)/.exec(message);
  const place = failed ? at(failed[2], failed[1]) : 'the model';
  if (isOutOfMemory(message)) {
    const layer = observedAt(failed?.[2] ?? '');
    return layer === undefined
      ? outOfMemory(place, message, 'take a smaller --batch')
      : outOfMemory(
          `the products of ${layer}`,
          message,
          'they grow with the square of its features, whatever the batch; choose another --conv-method or --sequence-method, or leave the layer out with --exclude',
        );
  }
  const shapes = Object.entries(given).map(([input, tensor]) => `${input} ${shapeOf(tensor)}`);
  return refused(
    `${place} cannot run on ${shapes.join(', ')}: ${cleanedMessage(failed ? failed[3] : message)}`,
  );
}

/** The layer whose moments a node computes, as far as its name tells; `undefined` for the model's own nodes. */
function observedAt(node: string): string | undefined {
  const [, layer] = /^delve\/(.+)\/scatter_node/.exec(node) ?? [];
  if (layer !== undefined) return `layer ${layer}`;
  return /^delve\/(?:Gemm|MatMul)_/.test(node) ? 'a wide layer' : undefined;
}

/** Whether what ONNX Runtime says is that memory ran out, on the host or on the device. */
export function isOutOfMemory(message: string): boolean {
  return /failed to allocate|out of memory|bad_alloc|allocation failed|CUBLAS_STATUS_ALLOC_FAILED/i.test(
    message,
  );
}

function outOfMemory(place: string, message: string, wayOut: string): UserError {
  const bytes = /buffer of size (\d+)/.exec(message)?.[1];
  const wanted = bytes ? ` (it asked for ${number.format(Number(bytes) / 1e9)} GB more)` : '';
  return new OutOfMemoryError(`memory ran out at ${place}${wanted}: ${wayOut}`);
}

function refused(message: string): UserError {
  return new UserError(message);
}

function at(node: string, op: string): string {
  return node === '' ? `a node without a name (${op})` : `node ${node} (${op})`;
}

function shapeOf(tensor: TensorData | undefined): string {
  return tensor ? `[${tensor.dims.join(', ')}]` : 'unknown';
}
