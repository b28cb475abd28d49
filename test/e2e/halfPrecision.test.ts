import { describe, expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from '../../src/data/batches/halfPrecision.js';
import { npyBytes } from '../data/npyBytes.js';
import { analyses } from '../support/analyses.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { at, put, analyze } = analyses();
const half = (number: number) => fromFloat16(toFloat16(number));

const SAMPLES = 200;
const INPUTS = 8;
const OUTPUTS = 6;
const x = Float32Array.from({ length: SAMPLES * INPUTS }, (_, i) =>
  half(Math.sin(i * 1.7) + Math.cos(i * i)),
);
const w = Float32Array.from({ length: INPUTS * OUTPUTS }, (_, i) => half(Math.sin(i + 1)));

/** Of a convolution over one position: the weight, transposed. */
const kernel = Float32Array.from(
  { length: w.length },
  (_, i) => w[(i % INPUTS) * OUTPUTS + Math.floor(i / INPUTS)],
);

/** Σ of the variances of `x · w + offset`, each value put through `rounding` first. */
function traceOf(offset: number, rounding: (number: number) => number): number {
  let trace = 0;
  for (let j = 0; j < OUTPUTS; j++) {
    const column = Array.from({ length: SAMPLES }, (_, sample) => {
      let sum = 0;
      for (let k = 0; k < INPUTS; k++) sum += x[sample * INPUTS + k] * w[k * OUTPUTS + j];
      return rounding(sum + offset);
    });
    const mean = column.reduce((sum, each) => sum + each, 0) / SAMPLES;
    trace += column.reduce((sum, each) => sum + (each - mean) ** 2, 0) / SAMPLES;
  }
  return trace;
}

const layers = {
  MatMulAdd: [
    node('MatMul', ['x', 'w'], ['p'], {}, { name: '/fc/MatMul' }),
    node('Add', ['p', 'b'], ['y'], {}, { name: '/fc/Add' }),
  ],
  Conv: [
    node('Unsqueeze', ['x', 'two'], ['x3']),
    node('Conv', ['x3', 'k', 'b'], ['c'], {}, { name: '/fc/Conv' }),
    node('Squeeze', ['c', 'two'], ['y']),
  ],
  Gemm: [node('Gemm', ['x', 'w', 'b'], ['y'], {}, { name: '/fc/Gemm' })],
};

async function measured(
  kind: keyof typeof layers,
  offset: number,
  inner: boolean,
  precision: string,
): Promise<{ trace: number; warnings: readonly string[] }> {
  await put(
    'half.onnx',
    modelBytes({
      nodes: [
        ...layers[kind],
        ...(inner
          ? [node('Relu', ['y'], ['r']), node('MatMul', ['r', 'v'], ['z'], {}, { name: '/out/MatMul' })]
          : []),
      ],
      inputs: [value('x', 'float16', ['n', INPUTS])],
      outputs: [value(inner ? 'z' : 'y', 'float16', ['n', OUTPUTS])],
      initializers: [
        tensor('w', 'float16', [INPUTS, OUTPUTS], w.map(toFloat16)),
        tensor('b', 'float16', [OUTPUTS], new Array(OUTPUTS).fill(toFloat16(offset))),
        tensor('two', 'int64', [1], [2]),
        tensor('k', 'float16', [OUTPUTS, INPUTS, 1], kernel.map(toFloat16)),
        ...(inner
          ? [tensor('v', 'float16', [OUTPUTS, OUTPUTS], new Array(OUTPUTS * OUTPUTS).fill(toFloat16(1)))]
          : []),
      ],
    }),
  );
  await put('x.npy', npyBytes("'<f4'", `(${SAMPLES}, ${INPUTS})`, x));
  const run = await analyze(
    at('half.onnx'),
    '--data',
    at('x.npy'),
    '--measure-at',
    'output',
    '--precision',
    precision,
  );
  return { trace: run.layers[0].trace ?? Number.NaN, warnings: run.warnings ?? [] };
}

describe.each(['MatMulAdd', 'Gemm', 'Conv'] as const)('float16 on the CPU: %s', (kind) => {
  test.each([
    [0, false],
    [0, true],
    [8192, false],
    [8192, true],
  ])('around %d is observed as it is rounded to float16 (inner: %j)', async (offset, inner) => {
    const { trace, warnings } = await measured(kind, offset, inner, 'float64');
    const rounded = traceOf(offset, half);
    // Around 8192 the steps of float16 are 8, and take a third of the variance away.
    expect(Math.abs(rounded / traceOf(offset, (number) => number) - 1)).toBeGreaterThan(
      offset === 0 ? 1e-5 : 0.3,
    );
    expect(Math.abs(trace / rounded - 1)).toBeLessThan(1e-6);
    expect(warnings).toEqual([]);
  });
});

test('with --precision float32 casts are removed, values are observed before rounding, and the run says so', async () => {
  const { trace, warnings } = await measured('Gemm', 8192, true, 'float32');
  expect(Math.abs(trace / traceOf(8192, (number) => number) - 1)).toBeLessThan(1e-5);
  expect(warnings).toEqual([
    expect.stringMatching(/^float16 on the CPU with --precision float32: .*--precision float64/),
  ]);
});
