import { expect, it } from 'vitest';
import { analyses } from '../support/analyses.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { at, put, analyze } = analyses();

const [SAMPLES, INPUTS, FEATURES, BLOCK] = [40, 64, 8, 32];
const x = Array.from({ length: SAMPLES }, (_, s) =>
  Array.from({ length: INPUTS }, (_, i) => Math.fround(Math.sin(1 + s * 3.7 + i * (1.3 + s / 7)))),
);
const q = Array.from({ length: INPUTS * FEATURES }, (_, k) => ((k * 89) % 255) - 127);
const scales = { blocks: 2 * FEATURES, features: FEATURES, whole: 1 };
const scaleOf = (i: number) => 2 ** -(6 + (i % 3));

/** Σ of the variances of x W in float64, W being the numbers that the graph says. */
function trace(scale: (input: number, feature: number) => number): number {
  let sum = 0;
  for (let f = 0; f < FEATURES; f++) {
    const y = x.map((row) => row.reduce((dot, v, i) => dot + v * q[i * FEATURES + f] * scale(i, f), 0));
    const mean = y.reduce((a, b) => a + b) / SAMPLES;
    sum += y.reduce((a, v) => a + (v - mean) ** 2, 0) / SAMPLES;
  }
  return sum;
}

it.each([
  ['blocks', { axis: 0n, block_size: BigInt(BLOCK) }, [2, FEATURES]],
  ['features', { axis: 1n }, [FEATURES]],
  ['whole', {}, []],
] as const)(
  'a weight with scales of its %s is multiplied as it is dequantized',
  async (kind, attributes, dims) => {
    const scale = Array.from({ length: scales[kind] }, (_, i) => scaleOf(i));
    await put(
      `${kind}.onnx`,
      modelBytes({
        opset: 21,
        irVersion: 10,
        inputs: [value('x', 'float32', ['batch', INPUTS])],
        nodes: [
          node('DequantizeLinear', ['q', 's'], ['w'], attributes),
          node('MatMul', ['x', 'w'], ['y'], {}, { name: 'fc' }),
        ],
        outputs: ['y'],
        initializers: [tensor('q', 'int8', [INPUTS, FEATURES], q), tensor('s', 'float32', dims, scale)],
      }),
    );
    await put('x.csv', x.map((row) => row.join()).join('\n'));
    const { layers } = await analyze(at(`${kind}.onnx`), '--data', at('x.csv'), '--provider', 'cpu');
    const expected = trace((i, f) =>
      kind === 'blocks' ? scale[Math.floor(i / BLOCK) * FEATURES + f] : scale[kind === 'features' ? f : 0],
    );
    expect(layers[0].observations).toBe(SAMPLES);
    expect(Math.abs((layers[0].trace ?? 0) / expected - 1)).toBeLessThan(2e-6);
  },
);
