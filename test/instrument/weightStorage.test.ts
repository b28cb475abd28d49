import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { instrument } from '../../src/instrument/instrument.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { readModelFile } from '../../src/onnx/modelFile.js';
import { ModelProtoSchema, SparseTensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { unevenValues } from '../support/activationModel.js';
import { channelwise, instrumentedMoments, largestDistance, ortTensor } from '../support/instrumented.js';
import { chain, input, parsed, weight } from '../support/matMulChain.js';
import { externalTensor, tensor, value } from '../support/models.js';
import { momentsOf } from '../support/referenceMoments.js';

describe('models', () => {
  test('of IR version 3 ask for their data only, not for weights that are gone', async () => {
    const file = chain({
      irVersion: 3,
      opset: 8,
      inputs: [
        value('x', 'float32', ['batch', 2]),
        value('wa', 'float32', [2, 3]),
        value('wb', 'float32', [3, 3]),
        value('wc', 'float32', [3, 2]),
      ],
    });
    const instrumented = instrument(file, findLayers(file).layers.slice(0, 1), channelwise);
    const session = await ort.InferenceSession.create(instrumented.bytes);
    expect(session.inputNames).toEqual(['x']);
    await session.release();
    expect(await largestDistance(file, { x: input([5, 2]) }, channelwise)).toBe(0);
  });

  test('with a sparse weight', async () => {
    const file = chain({ initializers: [weight('wb', [3, 3]), weight('wc', [3, 2])] });
    file.graph.sparseInitializer.push(
      create(SparseTensorProtoSchema, {
        // [[0, 2, 0], [0, 0, -3]]
        values: tensor('wa', 'float32', [2], [2, -3]),
        indices: tensor('', 'int64', [2], [1, 5]),
        dims: [2n, 3n],
      }),
    );
    const layers = findLayers(file).layers.slice(0, 1);
    expect(layers.map(({ name, features }) => [name, features])).toEqual([['a', 3]]);
    const moments = await instrumentedMoments(file, layers, channelwise, {
      x: ortTensor('float32', [2, 2], [1, 2, 3, 4]),
    });
    expect(moments.get('a')).toEqual(
      momentsOf([
        [0, 2, -6],
        [0, 6, -12],
      ]),
    );
  });

  test('with external data refer to the file that is there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'delve-'));
    try {
      const values = Float32Array.from(unevenValues(6));
      await writeFile(join(folder, 'weights.bin'), Buffer.from(values.buffer));
      const proto = chain({
        initializers: [
          externalTensor('wa', 'float32', [2, 3], { location: 'weights.bin', offset: 0, length: 24 }),
          weight('wb', [3, 3]),
          weight('wc', [3, 2]),
        ],
      }).proto;
      await writeFile(join(folder, 'model.onnx'), toBinary(ModelProtoSchema, proto));
      const file = await readModelFile(join(folder, 'model.onnx'));
      const instrumented = instrument(file, findLayers(file).layers, channelwise);
      expect(instrumented.externalDataFolder).toBe(folder);
      expect(parsed(instrumented).graph.initializer[0].rawData).toHaveLength(0);
      expect(await largestDistance(file, { x: input([5, 2]) }, channelwise)).toBe(0);
      expect(instrument(chain(), findLayers(chain()).layers, channelwise)).not.toHaveProperty(
        'externalDataFolder',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
