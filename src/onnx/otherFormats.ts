import { readdirSync } from 'node:fs';
import { extname } from 'node:path';
import { namesListed } from '../text/numbers.js';

const PYTORCH = 'a PyTorch checkpoint, not an ONNX model: export it with torch.onnx.export';
const KERAS = 'a Keras model, not an ONNX model: export it with model.export(path, format="onnx") or tf2onnx';
const TENSORFLOW = 'a TensorFlow model, not an ONNX model: convert it with tf2onnx';
const TFLITE =
  'a TensorFlow Lite model, not an ONNX model: convert it with python -m tf2onnx.convert --tflite';
const WEIGHTS =
  'a file of weights (safetensors), not an ONNX model: load it into its network and export that with torch.onnx.export or optimum-cli export onnx';

const bySuffix: Readonly<Record<string, string>> = {
  '.pt': PYTORCH,
  '.pth': PYTORCH,
  '.ckpt': PYTORCH,
  '.safetensors': WEIGHTS,
  '.h5': KERAS,
  '.hdf5': KERAS,
  '.keras': KERAS,
  '.pb': TENSORFLOW,
  '.tflite': TFLITE,
};

/**
 * What a file that is no ONNX model is instead, and the way from there, as the end of a sentence that begins with its
 * path; `undefined` where neither its first bytes nor its name tell.
 *
 * @param head the first bytes, 9 or more; none where the file was not read.
 */
export function otherFormat(path: string, head: Uint8Array): string | undefined {
  const named = bySuffix[extname(path).toLowerCase()];
  const text = Buffer.from(head.subarray(0, 9)).toString('latin1');
  if (text.startsWith('\x89HDF')) return KERAS;
  if (text.slice(4, 8) === 'TFL3') return TFLITE;
  // A length of 8 bytes, little-endian, then JSON.
  if (text[8] === '{' && text.slice(5, 8) === '\0\0\0') return WEIGHTS;
  // A pickle of protocol 2 to 5.
  if (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5) return PYTORCH;
  if (text.startsWith('PK\x03\x04')) return named ?? 'a zip archive, not an ONNX model: pass a .onnx file';
  return named;
}

/** The same of a folder. */
export function otherFolder(path: string): string {
  const entries = readdirSync(path);
  if (entries.includes('run.json')) {
    return 'a run, not a model: pass the .onnx file that it was made from, or see the run with delve report';
  }
  if (entries.includes('saved_model.pb')) return TENSORFLOW;
  const models = entries.filter((name) => /\.onnx$/i.test(name)).sort();
  if (models.length === 0) return 'a directory: pass the path of a .onnx file';
  return `a directory: pass the path of a .onnx file, such as one of those in it (${namesListed(models, 3)})`;
}
