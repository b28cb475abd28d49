import type { Reader } from '../reader.js';
import { tar } from '../readers/archives/tar.js';
import { zip } from '../readers/archives/zip.js';
import { cifar } from '../readers/arrays/cifar.js';
import { idx } from '../readers/arrays/idx.js';
import { npy } from '../readers/arrays/npy.js';
import { npz } from '../readers/arrays/npz.js';
import { raw } from '../readers/arrays/raw.js';
import { safetensors } from '../readers/arrays/safetensors.js';
import { audio } from '../readers/audio/audio.js';
import { csv } from '../readers/csv/csv.js';
import { hdf5 } from '../readers/hdf5/hdf5.js';
import { images } from '../readers/images/images.js';
import { onnxTestSet } from '../readers/onnxTestSet.js';
import { random } from '../readers/random.js';
import { jsonl } from '../readers/tables/jsonl.js';
import { parquet } from '../readers/tables/parquet/parquet.js';
import { text } from '../readers/text/text.js';

/** All readers, in the order in which they are asked; `images` takes any folder and so comes last. */
export const readers: readonly Reader[] = [
  random,
  npy,
  safetensors,
  hdf5,
  idx,
  cifar,
  raw,
  tar,
  zip,
  npz,
  parquet,
  jsonl,
  csv,
  text,
  onnxTestSet,
  audio,
  images,
];
