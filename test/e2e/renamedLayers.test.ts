import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readModelFile, serializeModel } from '../../src/onnx/modelFile.js';
import { delve } from '../support/commandLine.js';
import { lastingFolder } from '../support/folder.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const ANALYZE = ['--data', 'fixtures/mnist', '--max-samples', '8', '--quiet', '--out'];

/** The bundled network as another exporter would call its nodes; with `trained`, of other weights too. */
async function exported(trained: boolean): Promise<Uint8Array> {
  const { proto, graph } = await readModelFile('fixtures/mnist-cnn.onnx');
  for (const [index, node] of graph.node.entries()) node.name = `node_${index}`;
  for (const { dims, rawData } of trained ? graph.initializer : []) {
    // The sign of the first number, little-endian.
    if (dims.length > 1) rawData[3] ^= 0x80;
  }
  return serializeModel(proto);
}

describe('two exports of one network', () => {
  beforeAll(async () => {
    await writeFile(at('renamed.onnx'), await exported(false));
    await writeFile(at('trained.onnx'), await exported(true));
    for (const name of ['renamed', 'trained']) {
      expect((await delve(['analyze', at(`${name}.onnx`), ...ANALYZE, at(`${name}.delve`)])).code).toBe(0);
    }
    expect((await delve(['analyze', 'fixtures/mnist-cnn.onnx', ...ANALYZE, at('main.delve')])).code).toBe(0);
  }, 60_000);

  it.each(['renamed', 'trained'])('are compared layer by layer: %s', async (name) => {
    const { code, stdout } = await delve(['diff', at('main.delve'), at(`${name}.delve`), '--json']);
    const { layers, added, gone } = JSON.parse(stdout);
    expect([code, layers.length, added, gone]).toEqual([0, 20, [], []]);
    expect([layers[0].was, layers[1].was, layers[19].was]).toEqual(['stem', 'layer1.conv1', 'fc']);
    for (const { before, after } of layers) {
      expect(before.weights === after.weights).toBe(name === 'renamed');
      expect([before.features, before.op]).toEqual([after.features, after.op]);
    }
    if (name === 'renamed') {
      expect(layers.every((layer: { trace: { change: number } }) => layer.trace.change === 0)).toBe(true);
    }
  });

  it('are held against each other', async () => {
    const baseline = ['--baseline', at('main.delve'), '--max-drop', '0'];
    const { code, stdout } = await delve(['check', at('renamed.delve'), ...baseline]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/another name in the baseline: \S+ \(was stem\), \S+ \(was layer1\.conv1\), /);
    expect(stdout).toContain('check passed: 20 comparisons on 20 layers');
  });
});
