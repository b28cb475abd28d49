import { findLayers } from '../../src/layers/findLayers.js';
import { outputLayers } from '../../src/layers/outputLayers.js';
import { rankLimits } from '../../src/layers/rankLimits.js';
import { structureOf } from '../../src/layers/structure.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import type { NodeProto, TensorProto } from '../../src/onnx/proto/onnx_pb.js';
import type { Run, RunLayer } from '../../src/run/schema.js';
import { inMemory } from './graphs.js';
import { type AttributeValue, type Dimension, model, node, tensor, value } from './models.js';
import { layer } from './runs.js';

interface ConvParts {
  readonly kernel?: number;
  readonly groups?: number;
  readonly stride?: number;
  /** The name of another layer whose weight this one has too. */
  readonly weightOf?: string;
  /** Weights 0, 1, 2, … instead of ones. */
  readonly counts?: boolean;
}

/** Writes a network down layer by layer; every method returns the name of a value. Weights hold ones. */
export class Architecture {
  readonly #nodes: NodeProto[] = [];
  readonly #weights = new Map<string, TensorProto>();
  readonly #inputs: [name: string, shape: readonly Dimension[]][] = [];
  #made = 0;

  input(name: string, ...shape: Dimension[]): string {
    this.#inputs.push([name, ['n', ...shape]]);
    return name;
  }

  op(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    name?: string,
  ): string {
    const output = name ?? `${op}_${this.#made++}_out`;
    this.#nodes.push(node(op, inputs, [output], attributes, { name: `/${output}/${op}` }));
    return output;
  }

  /** `Conv`, by default 3×3; named by `name`, as exporters name it by its module. */
  conv(name: string, from: string, inputs: number, out: number, parts: ConvParts = {}): string {
    const { kernel = 3, groups = 1, stride = 1 } = parts;
    const dims = [out, inputs / groups, kernel, kernel];
    const weight = this.#weight(parts.weightOf ?? name, dims, (i) => (parts.counts ? i : 1));
    const pad = BigInt((kernel - 1) / 2);
    return this.#layer('Conv', name, [from, weight], {
      group: BigInt(groups),
      kernel_shape: [BigInt(kernel), BigInt(kernel)],
      pads: [pad, pad, pad, pad],
      strides: [BigInt(stride), BigInt(stride)],
    });
  }

  /** `ConvTranspose` 2×2 with stride 2. */
  up(name: string, from: string, inputs: number, out: number): string {
    const weight = this.#weight(name, [inputs, out, 2, 2]);
    return this.#layer('ConvTranspose', name, [from, weight], { kernel_shape: [2n, 2n], strides: [2n, 2n] });
  }

  dense(name: string, from: string, inputs: number, out: number): string {
    return this.#layer('Gemm', name, [from, this.#weight(name, [inputs, out])], {});
  }

  /** `MatMul` at every token. */
  tokens(name: string, from: string, inputs: number, out: number): string {
    return this.#layer('MatMul', name, [from, this.#weight(name, [inputs, out])], {});
  }

  lstm(name: string, from: string, inputs: number, units: number): string {
    const weights = [
      this.#weight(`${name}.w`, [1, 4 * units, inputs]),
      this.#weight(`${name}.r`, [1, 4 * units, units]),
    ];
    return this.#layer('LSTM', name, [from, ...weights], { hidden_size: BigInt(units) });
  }

  relu(from: string): string {
    return this.op('Relu', [from]);
  }

  constant(dims: readonly number[]): string {
    return this.#weight(`constant${this.#made++}`, dims);
  }

  #layer(
    op: string,
    name: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue>,
  ): string {
    const output = `${name}_out`;
    this.#nodes.push(node(op, inputs, [output], attributes, { name: `/${name.replaceAll('.', '/')}/${op}` }));
    return output;
  }

  #weight(name: string, dims: readonly number[], entry: (index: number) => number = () => 1): string {
    const id = `${name}.weight`;
    if (!this.#weights.has(id)) {
      const size = dims.reduce((product, dim) => product * dim, 1);
      this.#weights.set(
        id,
        tensor(
          id,
          'float32',
          dims,
          Array.from({ length: size }, (_, i) => entry(i)),
        ),
      );
    }
    return id;
  }

  file(outputs: readonly string[]): ModelFile {
    return inMemory(
      model({
        nodes: this.#nodes,
        inputs: this.#inputs.map(([name, shape]) => value(name, 'float32', shape)),
        outputs,
        initializers: [...this.#weights.values()],
      }),
    );
  }
}

/** A run over a model, as an analysis would make it, whose layers have these saturations in per cent, by name. */
export function runOf(
  file: ModelFile,
  saturations: Readonly<Record<string, number>>,
  operators: readonly string[] = [],
): Pick<Run, 'layers' | 'outputLayers' | 'structure' | 'data'> {
  const { layers: found } = findLayers(file, operators);
  const proper = found.filter(({ isRequested }) => !isRequested);
  const limits = rankLimits(file, proper);
  const layers = found.flatMap(({ name, op, weightShape, features = 16, parameters }): RunLayer[] => {
    const percent = saturations[name];
    if (percent === undefined) return [];
    const rankLimit = limits.get(name);
    return [
      layer(name, Math.round((percent * features) / 100), features, {
        op,
        weightShape,
        parameters,
        deadFeatures: 0,
        ...(rankLimit === undefined ? {} : { rankLimit }),
      }),
    ];
  });
  return {
    layers,
    outputLayers: outputLayers(file, proper),
    structure: structureOf(file, found),
    data: { source: 'images/', reader: 'images', samples: 500, skipped: 0 },
  };
}
