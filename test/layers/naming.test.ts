import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { moduleName, UniqueNames } from '../../src/layers/naming.js';
import { StringStringEntryProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { node } from '../support/models.js';

const nameOf = (name: string, op = 'Conv') => moduleName(node(op, [], [], {}, { name }));

describe('the name of a layer', () => {
  it.each([
    // PyTorch's exporter: containers are repeated in their children.
    ['/stem/Conv', 'Conv', 'stem'],
    ['/layer1/down/down.0/Conv', 'Conv', 'layer1.down.0'],
    ['/layer1/layer1.0/conv1/Conv', 'Conv', 'layer1.0.conv1'],
    ['/net/net.1/Gemm', 'Gemm', 'net.1'],
    ['/conv/Conv', 'Conv', 'conv'],
    ['/block/conv/Conv', 'Conv', 'block.conv'],
    ['/shared/Conv_1', 'Conv', 'shared'],
    ['/encoder/layers/layers.0/self_attn/MatMul', 'MatMul', 'encoder.layers.0.self_attn'],
    // TensorFlow.
    ['model/conv1/Conv2D', 'Conv', 'model.conv1'],
    ['StatefulPartitionedCall/model/conv1/Conv2D__27', 'Conv', 'model.conv1'],
    ['model/dense/MatMul', 'Gemm', 'model.dense'],
    ['model/dense/Tensordot/MatMul', 'MatMul', 'model.dense'],
    ['model/separable/depthwise', 'Conv', 'model.separable'],
    ['model/dense/MatMul;model/dense/BiasAdd', 'Gemm', 'model.dense'],
    // Quantizers: the name of the layer before.
    ['/stem/Conv_quant', 'QLinearConv', 'stem'],
    ['/fc/MatMul_quant', 'MatMulInteger', 'fc'],
    ['/stem/Conv_quant_token_12', 'QLinearConv', 'stem'],
    ['/fc/MatMul_Q4', 'MatMulNBits', 'fc'],
    ['/fc/MatMul_matmul_Q4', 'MatMul', 'fc'],
    // ONNX Runtime's optimizers.
    ['fused /fc1/Gemm', 'Gemm', 'fc1'],
    ['/fc/MatMul/MatMulAddFusion', 'Gemm', 'fc'],
    // TensorFlow's layers of two convolutions, and transposed ones.
    ['cnn/sep/separable_conv2d/depthwise', 'Conv', 'cnn.sep'],
    ['cnn/sep/separable_conv2d', 'Conv', 'cnn.sep'],
    ['cnn/up/conv2d_transpose', 'ConvTranspose', 'cnn.up'],
    // Names that are not those of operators are kept as they are.
    ['fc', 'Gemm', 'fc'],
    ['my conv', 'Conv', 'my conv'],
    ['layer[0]', 'Conv', 'layer[0]'],
  ])('follows the module path: %s (%s) → %s', (name, op, expected) => {
    expect(nameOf(name, op)).toBe(expected);
  });

  it.each([
    ['Conv_0', 'Conv', 'conv_0'],
    ['Conv_12', 'Conv', 'conv_12'],
    ['Conv.12', 'Conv', 'conv_12'],
    ['/Conv', 'Conv', 'conv_0'],
    ['/Gemm_1', 'Gemm', 'gemm_1'],
    ['p2o.Conv.0', 'Conv', 'conv_0'],
    ['p2o.ConvTranspose.2', 'ConvTranspose', 'convtranspose_2'],
    ['Conv2D__27', 'Conv', 'conv_27'],
    ['node_MatMul_5', 'MatMul', 'matmul_5'],
    ['Conv_3_quant', 'ConvInteger', 'conv_3'],
    ['Gemm_220_MatMul_quant', 'MatMulInteger', 'gemm_220'],
    ['LSTM_202_quant', 'DynamicQuantizeLSTM', 'lstm_202'],
    ['Relu_4', 'Relu', 'relu_4'],
    // scikit-learn's exporter, ONNX Runtime's optimizers and quantizers.
    ['MatMul2', 'MatMul', 'matmul_2'],
    ['node_matmul/MatmulTransposeFusion/', 'FusedMatMul', 'matmul_0'],
    ['node_conv1d_quant', 'ConvInteger', 'conv_0'],
    ['node_matmul_1_matmul_Q4', 'MatMul', 'matmul_1'],
    ['node_matmul_Q4', 'MatMulNBits', 'matmul_0'],
    ['FullyConnect_MatMul_3', 'MatMul', 'matmul_3'],
  ])('that is only the operator’s is lower case with its number: %s (%s) → %s', (name, op, expected) => {
    expect(nameOf(name, op)).toBe(expected);
  });

  it.each(['', '/', '////', ' / '])('is missing where the node’s is %j', (name) => {
    expect(nameOf(name)).toBeUndefined();
  });

  it('comes from the module path in the metadata that PyTorch’s newer exporter writes', () => {
    const scoped = node('Conv', [], [], {}, { name: 'node_conv2d_3' });
    const value = "['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d_3']";
    scoped.metadataProps.push(
      create(StringStringEntryProtoSchema, { key: 'pkg.torch.onnx.name_scopes', value }),
    );
    expect(moduleName(scoped)).toBe('layer1.0.conv1');
    scoped.metadataProps[0].value = "['', 'conv2d_3']";
    expect(moduleName(scoped)).toBe('conv_3');
    scoped.metadataProps[0].value = 'not a list';
    expect(moduleName(scoped)).toBe('conv_3');
  });

  it('is that of the module which holds the weight where BatchNorm was folded into it', () => {
    const folded = node(
      'Conv',
      ['x', 'stem.conv.weight', 'stem.conv.weight_bias'],
      [],
      {},
      { name: 'node_Conv_124' },
    );
    const add = (key: string, value: string) =>
      folded.metadataProps.push(create(StringStringEntryProtoSchema, { key, value }));
    add('pkg.torch.onnx.name_scopes', "['', 'stem', 'stem.bn', '_native_batch_norm_legit_no_training']");
    expect(moduleName(folded)).toBe('stem.bn');
    add('pkg.onnxscript.rewriter.rule_name', 'FuseBatchNormIntoConv, RemoveOptionalBiasFromConv');
    expect(moduleName(folded)).toBe('stem.conv');
  });

  it.each([
    ['Conv_12', 'Conv', ['x', 'features.0.weight'], 'features.0'],
    ['', 'Conv', ['x', 'features.0.weight', 'features.0.bias'], 'features.0'],
    ['Conv_12_quant', 'QLinearConv', ['x', 's', 'z', 'features.0.weight_quantized'], 'features.0'],
    // The graph's own names tell nothing of modules; a path does.
    ['Conv_12', 'Conv', ['x', 'onnx::Conv_123'], 'conv_12'],
    ['/stem/Conv', 'Conv', ['x', 'features.0.weight'], 'stem'],
  ])('is that of the weight where the node has none: %s (%s)', (name, op, inputs, expected) => {
    expect(moduleName(node(op, inputs, [], {}, { name }))).toBe(expected);
  });

  it.each([
    [['x', 'fc1.weight_Transposed_quantized'], [], 'fc1'],
    [['x', 'fc1.weight_Q4'], [], 'fc1'],
    [['x', 'att.in_proj_weight'], [], 'att'],
    [['x', 'attn.o_proj.MatMul.weight'], [], 'attn.o_proj'],
    [['x', 'val_89'], ['enc.linear1.bias'], 'enc.linear1'],
    [['x', 'val_2'], ['enc.self_attn.in_proj_bias'], 'enc.self_attn'],
    [['x', 'const_54'], ['cnn/dw/BiasAdd/ReadVariableOp:0'], 'cnn.dw'],
    [['x', 'val_89'], [], 'matmul_5'],
  ])(
    'is that of the weight, else of the bias, as they are called: %j, %j → %s',
    (inputs, biases, expected) => {
      expect(moduleName(node('MatMul', inputs, [], {}, { name: 'node_MatMul_5' }), biases)).toBe(expected);
    },
  );

  it('is that of the module which holds the weight, where that is inside the one the node is filed under', () => {
    const inputs = ['x', 'enc.self_attn.out_proj.weight'];
    expect(moduleName(node('Gemm', inputs, [], {}, { name: '/enc/self_attn/Gemm' }))).toBe(
      'enc.self_attn.out_proj',
    );
    expect(moduleName(node('Gemm', inputs, [], {}, { name: '/dec/Gemm' }))).toBe('dec');
    const weights = ['x', 'lstm.input.weight', 'lstm.state.weight'];
    expect(moduleName(node('LSTM', weights, [], {}, { name: '/lstm/LSTM' }))).toBe('lstm');
  });

  it('comes from the namespace where only that was written', () => {
    const filed = node('Conv', [], [], {}, { name: 'node_conv2d_3' });
    const value =
      ': m.Net/layer1: torch.nn.Sequential/layer1.0: torch.nn.Conv2d/conv2d_3: aten.conv2d.default';
    filed.metadataProps.push(create(StringStringEntryProtoSchema, { key: 'namespace', value }));
    expect(moduleName(filed)).toBe('layer1.0');
    filed.metadataProps[0].value = ': m.Net/conv2d_3: aten.conv2d.default';
    expect(moduleName(filed)).toBe('conv_3');
  });

  it('has no control characters: it is written to tables, files and terminals', () => {
    expect(nameOf('/a\nb/\u001b[31mred\u0000/Conv')).toBe('a_b._[31mred_');
    expect(nameOf('<script>alert(1)</script>')).toBe('<script>alert(1)<.script>');
    expect(nameOf('__proto__')).toBe('__proto__');
  });

  it('may be long, and takes no time', () => {
    expect(nameOf(`/${'x'.repeat(10_000)}/Conv`)).toHaveLength(10_000);
    expect(nameOf('_'.repeat(100_000))).toHaveLength(100_000);
  });
});

describe('UniqueNames', () => {
  it('numbers what is taken, also where a numbered name came first', () => {
    const names = new UniqueNames();
    expect(['a', 'a', 'a_2', 'a', 'b', '__proto__', '__proto__'].map((name) => names.take(name))).toEqual([
      'a',
      'a_2',
      'a_2_2',
      'a_3',
      'b',
      '__proto__',
      '__proto___2',
    ]);
  });
});
