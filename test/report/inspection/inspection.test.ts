import { XmlDocument } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import type { LayerCost } from '../../../src/cost/modelCost.js';
import { unknownCost } from '../../../src/cost/modelCost.js';
import type { Layer } from '../../../src/layers/layer.js';
import { fieldReason } from '../../../src/report/inspection/fieldReason.js';
import type { InspectedLayer, InspectedModel } from '../../../src/report/inspection/inspectedLayer.js';
import { inspectionHtml } from '../../../src/report/inspection/inspectionHtml.js';
import { inspectionRemarks } from '../../../src/report/inspection/inspectionRemarks.js';

const listed = (name: string, parts: Partial<InspectedLayer> = {}): InspectedLayer => ({
  ...unknownCost,
  ...{ name, node: name, op: 'Conv', output: name, inside: null, features: 8, weightShape: null },
  ...{ rankLimit: null, parameters: null, macsShare: null },
  ...parts,
});

describe('what a run makes of the prediction', () => {
  const remarks = (layers: readonly InspectedLayer[]) =>
    inspectionRemarks(layers, '…')
      .flat()
      .filter((sentence) => sentence.startsWith('the run'));
  const found = (reading: InspectedLayer['reading'], predictedUnproductive: boolean) =>
    listed('layer', { reading, predictedUnproductive, receptiveField: { min: [9, 9], max: [9, 9] } });

  it('counts the predicted layers in the tail, and those of the tail that were not predicted', () => {
    expect(
      remarks([found('healthy', false), found('tail', false), found('tail', true), found('healthy', true)]),
    ).toEqual([
      'the run: of the 2 predicted layers that it judges, 1 is in its tail; 1 of its tail was not predicted',
    ]);
    expect(
      remarks([found('healthy', false), found('tail', true), found('tail', true), found('output', true)]),
    ).toEqual(['the run: of the 2 predicted layers that it judges, 2 are in its tail']);
  });

  it('says where there is a tail and no prediction', () => {
    expect(remarks([found('healthy', false), found('tail', false)])).toEqual([
      'the run has 1 layer in its tail, which the receptive fields do not predict',
    ]);
  });

  it('is not told where nothing is judged, predicted or in the tail', () => {
    expect(remarks([found('not judged', true), found('output', true)])).toEqual([]);
    expect(remarks([found('healthy', false), found('narrow', false)])).toEqual([]);
    expect(remarks([listed('layer', { predictedUnproductive: true })])).toEqual([]);
    // A network without windows has a tail that no receptive field could predict.
    expect(remarks([listed('layer', { reading: 'healthy' }), listed('layer', { reading: 'tail' })])).toEqual(
      [],
    );
  });

  it('is a reason of each layer', () => {
    const cost = { ...unknownCost, receptiveField: { min: [9, 9], max: [9, 9] } };
    const of = (kind: Parameters<typeof fieldReason>[1], predictedUnproductive: boolean, op = 'Conv') =>
      fieldReason(op, kind, { ...cost, predictedUnproductive }).join();
    expect(of('tail', true)).toMatch(/^the receptive fields predict it/);
    expect(of('tail', false)).toMatch(/^the receptive fields do not predict it/);
    expect(of('healthy', true)).toMatch(/this run does not say so$/);
    expect(of('narrow', true)).toMatch(/this run does not say so$/);
    for (const nothing of [
      of('healthy', false),
      of('output', true),
      of('not judged', true),
      of('uncertain', true),
      of('tail', true, 'Gemm'),
      fieldReason('Conv', 'tail', unknownCost).join(),
    ]) {
      expect(nothing).toBe('');
    }
  });
});

describe('the page', () => {
  const cost: LayerCost = {
    ...unknownCost,
    outputShape: [1, 8, 4, 4],
    macs: 1200,
    predictedUnproductive: true,
  };
  const layer = { op: 'Conv', output: 'y', layout: { kind: 'featureMap', rank: 4 }, features: 8 } as const;
  const inspected: InspectedModel = {
    model: {
      path: 'a<b>&"c".onnx',
      sha256: '0'.repeat(64),
      producer: '<script>',
      opset: 17,
    } as InspectedModel['model'],
    inputs: [{ name: '</title>', type: 'float32', shape: ['n', 3] }],
    layers: [{ ...layer, name: '<img src=x onerror=alert(1)>', node: 'n' } as Layer],
    notObservable: [{ node: '<b>', op: 'LSTM', reason: 'its weights are </ul> not stored' }],
    cost: { layers: [cost], totals: { macs: 1200, otherMacs: 0 }, inputShapes: {} } as InspectedModel['cost'],
  };

  it('shows names as they are, and lets nothing in them run', () => {
    const page = inspectionHtml(inspected);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).not.toMatch(/<script|<img|<b>/);
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'/);
    // A body that is well-formed has no tag that a name brought in.
    const body = page.slice(page.indexOf('<body>'), page.indexOf('</body>') + '</body>'.length);
    const document = XmlDocument.fromString(body.replaceAll(/tabindex="0"/g, ''));
    expect(document.find('//tbody/tr/th').map(({ content }) => content)).toEqual([
      '<img src=x onerror=alert(1)>',
    ]);
    expect(document.find('//thead/tr/th').map(({ content }) => content)).toContain('MACs');
    expect(document.find('//li').map(({ content }) => content)).toEqual([
      'LSTM <b>: its weights are </ul> not stored',
    ]);
    document.dispose();
  });
});
