import { csv } from './csv.js';
import { images } from './images.js';
import { npy } from './npy.js';
import { npz } from './npz.js';
import { onnxTestSet } from './onnxTestSet.js';
import { random } from './random.js';
import type { Reader } from './reader.js';

/** All readers, in the order in which they are asked; `images` takes any folder and so comes last. */
export const readers: readonly Reader[] = [random, npy, npz, csv, onnxTestSet, images];
