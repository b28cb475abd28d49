import type { LayerFamily } from './family.js';

/** The domain of the convolutions that ONNX Runtime writes into a model it has optimized for one processor. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/** Their channels lie in blocks of the processor's vector width, filled up with channels that the model does not have. */
export const blockedConvolution: LayerFamily = {
  operators: [],
  describe: () =>
    'its channels lie in the blocks of a processor (NCHWc), as ONNX Runtime writes them: analyze the model before it was optimized',
};
