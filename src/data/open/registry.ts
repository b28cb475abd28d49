import type { Reader } from '../reader.js';
import { csv } from '../readers/csv/csv.js';
import { images } from '../readers/images/images.js';
import { npy } from '../readers/npy/npy.js';
import { npz } from '../readers/npy/npz.js';
import { onnxTestSet } from '../readers/onnxTestSet.js';
import { random } from '../readers/random.js';

/** All readers, in the order in which they are asked; `images` takes any folder and so comes last. */
export const readers: readonly Reader[] = [random, npy, npz, csv, onnxTestSet, images];
