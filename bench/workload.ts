import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normal } from './models/random.js';

/** A model and the data it is run on. */
export interface Workload {
  readonly name: string;
  /** Path of the model file; its input is called `input`. */
  readonly model: string;
  /** Path of a `.npy` file of `batches × batchSize` float32 samples. */
  readonly data: string;
  /** The shape of one sample. */
  readonly dims: readonly number[];
  readonly batchSize: number;
  readonly batches: number;
}

/** A workload before its model and data are written. */
export interface ModelWork extends Omit<Workload, 'model' | 'data'> {
  /** The model's name among the peers. */
  readonly peer: string;
  readonly build: () => Uint8Array;
  /** What `analyze` in float64 may take beside plain inference. */
  readonly atMost: number;
  /** The same in float32; absent: it is reported for float64 only. */
  readonly atMostFloat32?: number;
}

/** Writes a workload's model. */
export async function prepared({ build, ...work }: ModelWork, folder: string): Promise<Workload> {
  const model = join(folder, `${work.peer}.onnx`);
  await writeFile(model, build());
  return { ...work, model, data: join(folder, `${work.peer}-${work.dims.join('x')}.npy`) };
}

export const elementsOf = (dims: readonly number[]): number => dims.reduce((product, n) => product * n, 1);

/** One batch of standard normal values. */
export function randomBatch({ dims, batchSize }: Pick<Workload, 'dims' | 'batchSize'>): Float32Array {
  const values = new Float32Array(batchSize * elementsOf(dims));
  const next = normal(1);
  for (let i = 0; i < values.length; i++) values[i] = next();
  return values;
}

/**
 * Writes a workload's data: one random batch again and again, since the time of dense layers does not hang on the
 * values.
 *
 * @returns where the values start in the file, in bytes.
 */
export async function writeData({
  data,
  dims,
  batchSize,
  batches,
}: Omit<Workload, 'model' | 'name'>): Promise<number> {
  const header = npyHeader([batches * batchSize, ...dims]);
  const batch = randomBatch({ dims, batchSize });
  const file = await open(data, 'w');
  try {
    await file.writeFile(header);
    for (let i = 0; i < batches; i++) await file.writeFile(new Uint8Array(batch.buffer));
  } finally {
    await file.close();
  }
  return header.length;
}

/** Version 1.0 of NumPy's format: the text is padded so that the values start at a multiple of 64. */
function npyHeader(shape: readonly number[]): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const start = 64 * Math.ceil((10 + text.length + 1) / 64);
  const header = Buffer.alloc(start, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(start - 10, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', start - 1);
  return header;
}
