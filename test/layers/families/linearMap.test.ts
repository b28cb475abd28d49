import { describe, expect, it } from 'vitest';
import type { NodeProto, TensorProto } from '../../../src/onnx/proto/onnx_pb.js';
import { node, tensor, value } from '../../support/models.js';
import { found } from '../found.js';

const w = (...dims: number[]) =>
  tensor('w', 'float32', dims, new Array(dims.reduce((n, d) => n * d, 1)).fill(1));
const b = (count: number) => tensor('b', 'float32', [count], new Array(count).fill(1));
const map = (
  { nodes, initializers }: { nodes: readonly NodeProto[]; initializers: readonly TensorProto[] },
  shape: readonly (number | null)[] = [null, 2],
) =>
  found(nodes, { initializers, inputs: [value('x', 'float32', shape)], outputs: ['y'] }).layers[0].linearMap;

describe('the linear map of a Gemm', () => {
  const gemm = (attributes: Record<string, number | bigint>, ...initializers: ReturnType<typeof tensor>[]) =>
    map({
      nodes: [node('Gemm', ['x', ...initializers.map(({ name }) => name)], ['y'], attributes)],
      initializers,
    });

  it('has its input, its weight either way round, and its bias', () => {
    const layout = { kind: 'featuresLast', rank: 2 };
    expect(gemm({}, w(2, 5))).toEqual({ input: 'x', layout, inputs: 2, weight: 'w', inputsFirst: true });
    expect(gemm({ transB: 1n }, w(5, 2), b(5))).toEqual({
      ...{ input: 'x', layout, inputs: 2, weight: 'w', inputsFirst: false, bias: 'b' },
    });
    expect(gemm({ alpha: 1, beta: 1 }, w(2, 5), b(5))).toMatchObject({ bias: 'b' });
    const leftOut = map({ nodes: [node('Gemm', ['x', 'w', ''], ['y'])], initializers: [w(2, 5)] });
    expect(leftOut).toEqual(gemm({}, w(2, 5)));
  });

  it.each([
    ['scaled', { alpha: 0.5 }, [w(2, 5)]],
    ['whose bias is scaled', { beta: 2 }, [w(2, 5), b(5)]],
    ['whose input is transposed', { transA: 1n }, [w(2, 5)]],
    ['with one number for a bias', {}, [w(2, 5), b(1)]],
    ['whose bias is of half precision', {}, [w(2, 5), tensor('b', 'float16', [5], new Array(5).fill(0))]],
    ['whose weight is a stack', {}, [w(1, 2, 5)]],
    ['of half precision', {}, [tensor('w', 'float16', [2, 5], new Array(10).fill(0))]],
  ] as const)('is none for one that is %s', (_, attributes, initializers) => {
    expect(gemm(attributes, ...initializers)).toBeUndefined();
  });
});

describe('the linear map of a MatMul', () => {
  it('reads its weight where a node holds it, behind whatever only arranges it', () => {
    const held = node('Constant', [], ['k'], { value: w(5, 2) });
    const arranged = [held, node('Identity', ['k'], ['i']), node('Transpose', ['i'], ['t'])];
    const product = node('MatMul', ['x', 't'], ['y']);
    expect(map({ nodes: [...arranged, product], initializers: [] })).toEqual({
      ...{ input: 'x', layout: { kind: 'featuresLast' }, inputs: 2, weight: 't', inputsFirst: true },
    });
    const computed = [held, node('Neg', ['k'], ['n']), node('Transpose', ['n'], ['t'])];
    expect(map({ nodes: [...computed, product], initializers: [] })).toBeUndefined();
  });

  it('takes along the bias that is added behind it, and looks through a Transpose', () => {
    const nodes = [
      node('Transpose', ['w'], ['t'], { perm: [1n, 0n] }),
      node('MatMul', ['x', 't'], ['m']),
      node('Add', ['b', 'm'], ['y']),
    ];
    expect(map({ nodes, initializers: [w(5, 2), b(5)] }, [null, null, 2])).toMatchObject({
      ...{ input: 'x', inputs: 2, weight: 't', inputsFirst: true, bias: 'b' },
    });
  });

  it('is none where the weight is stored in full precision and rounded to half of it', () => {
    const nodes = [node('Cast', ['w'], ['h'], { to: 10n }), node('MatMul', ['x', 'h'], ['y'])];
    expect(map({ nodes, initializers: [w(2, 5)] })).toBeUndefined();
  });

  it('is none where somebody else’s operator arranges the weight', () => {
    const own = { domain: 'mine' };
    const nodes = [node('Transpose', ['w'], ['t'], {}, own), node('Gemm', ['x', 't'], ['y'])];
    expect(map({ nodes, initializers: [w(5, 2)] })).toBeUndefined();
  });

  it('is none where the weight is a stack, or computed from integers', () => {
    expect(map({ nodes: [node('MatMul', ['x', 'w'], ['y'])], initializers: [w(3, 2, 5)] })).toBeUndefined();
    const quantized = [node('DequantizeLinear', ['q', 's'], ['d']), node('MatMul', ['x', 'd'], ['y'])];
    const initializers = [
      tensor('q', 'int8', [2, 5], new Array(10).fill(1)),
      tensor('s', 'float32', [], [0.1]),
    ];
    expect(map({ nodes: quantized, initializers })).toBeUndefined();
  });
});

describe('the linear map of a Conv', () => {
  const conv = (attributes: Record<string, bigint | bigint[] | string>, ...dims: number[]) =>
    map(
      { nodes: [node('Conv', ['x', 'w', 'b'], ['y'], attributes)], initializers: [w(...dims), b(dims[0])] },
      [null, 2, null, null],
    );

  it('is that of one position', () => {
    expect(conv({}, 5, 2, 1, 1)).toEqual({
      ...{ input: 'x', layout: { kind: 'featureMap', rank: 4 }, inputs: 2 },
      ...{ weight: 'w', inputsFirst: false, bias: 'b' },
    });
    expect(conv({ strides: [2n, 1n] }, 5, 2, 1, 1)).toMatchObject({ strides: [2, 1] });
    const spelled = { strides: [1n, 1n], pads: [0n, 0n, 0n, 0n], auto_pad: 'VALID', group: 1n };
    expect(conv(spelled, 5, 2, 1, 1)).toEqual(conv({}, 5, 2, 1, 1));
  });

  it.each([
    ['sees neighbours', {}, [5, 2, 3, 1]],
    ['is padded', { pads: [0n, 1n, 0n, 0n] }, [5, 2, 1, 1]],
    ['pads by itself', { auto_pad: 'SAME_UPPER' }, [5, 2, 1, 1]],
    ['sees neighbours on the last axis', {}, [5, 2, 1, 3]],
    ['is padded at an end', { pads: [0n, 0n, 0n, 2n] }, [5, 2, 1, 1]],
    ['has groups', { group: 2n }, [4, 1, 1, 1]],
  ] as const)('is none where it %s', (_, attributes, dims) => {
    expect(conv(attributes as Record<string, bigint | bigint[] | string>, ...dims)).toBeUndefined();
  });

  it('is none for a ConvTranspose', () => {
    const nodes = [node('ConvTranspose', ['x', 'w'], ['y'])];
    expect(map({ nodes, initializers: [w(2, 5, 1, 1)] }, [null, 2, null, null])).toBeUndefined();
  });
});
