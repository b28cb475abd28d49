import { intAttribute, stringAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import type { LayerFamily } from './family.js';
import { countParameters } from './parameters.js';

/** `LSTM`, `GRU`, `RNN`: the sequence output `Y`, its directions concatenated as features. */
export const recurrent: LayerFamily = {
  operators: ['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM'],
  describe({ node, graph }) {
    const quantized = node.opType === 'DynamicQuantizeLSTM';
    const [, weight, recurrence, bias, sequenceLengths, , , peepholes] = node.input;
    const recurrenceShape = constantValue(graph, recurrence)?.shape;
    // The recurrence weight is [directions, gates · units, units]; quantized ones are stored transposed.
    const units = intAttribute(node, 'hidden_size', 0) || recurrenceShape?.at(quantized ? 1 : 2);
    const directions = stringAttribute(node, 'direction', 'forward') === 'bidirectional' ? 2 : 1;
    return {
      output: node.output[0],
      layout: {
        kind: 'recurrent',
        batchFirst: intAttribute(node, 'layout', 0) === 1,
        ...(sequenceLengths ? { sequenceLengths } : {}),
      },
      features: units === undefined ? undefined : directions * units,
      weightShape: constantValue(graph, weight)?.shape,
      parameters: countParameters(graph, [weight, recurrence, bias, peepholes]),
    };
  },
};
