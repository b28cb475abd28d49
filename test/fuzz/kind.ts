import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { ROOT } from './delve.js';
import type { Structure } from './mutate.js';

/** A kind of file that delve reads. */
export interface Kind {
  readonly name: string;
  /** What the damaged file is called, in a folder of its own. */
  readonly file: string;
  /** Whole files, to be damaged; what else belongs into the folder is written there. */
  whole(folder: string): Promise<Buffer[]>;
  readonly structure?: Structure;
  /** Reads the damaged file, to the end. */
  read(folder: string): Promise<void>;
  /** It may end the process, as ONNX Runtime runs what it says: only in a process of its own. */
  readonly runsModel?: boolean;
}

export const json: Structure = {
  parse: (bytes) => JSON.parse(bytes.toString()),
  write: (tree) => JSON.stringify(tree),
};

/** Messages of protobuf, as `changedTree` leaves them, are still objects of their schema, whatever they hold. */
export const protobuf = <Desc extends DescMessage>(schema: Desc): Structure => ({
  parse: (bytes) => fromBinary(schema, bytes),
  write: (tree) => toBinary(schema, tree as MessageShape<Desc>),
});

export const fixture = (path: string) => readFile(join(ROOT, 'fixtures', path));

/** Models of few nodes, each with a folder of test data. */
export const operators = [
  'node/test_convtranspose_pads',
  'node/test_gemm_all_attributes',
  'node/test_lstm_with_peepholes',
  'node/test_qlinearconv',
  'pytorch-converted/test_Conv2d_groups',
];
