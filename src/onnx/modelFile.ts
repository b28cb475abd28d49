import { dirname, resolve } from 'node:path';
import { fromBinary, isFieldSet } from '@bufbuild/protobuf';
import { messageOf, UserError } from '../errors.js';
import { requireRegular } from '../files/regularFile.js';
import { checkGraph } from './checkGraph.js';
import { checkTensors } from './checkTensors.js';
import { checkExternalData } from './externalData.js';
import { withoutFunctions } from './inlineFunctions.js';
import { modelBytes } from './modelBytes.js';
import { otherFolder, otherFormat } from './otherFormats.js';
import { withPlainOperators } from './plain/plainOperators.js';
import { type GraphProto, type ModelProto, ModelProtoSchema } from './proto/onnx_pb.js';
import { type HashedFile, readHashed } from './readHashed.js';

/**
 * A model as it stands on disk: nothing is lost between reading and writing it, but that calls of local functions, and
 * operators that an optimizer made of several, are replaced by what they are made of.
 */
export interface ModelFile {
  readonly path: string;
  readonly proto: ModelProto;
  readonly graph: GraphProto;
  /** SHA-256 of the model file (external data files not included), hexadecimal. */
  readonly sha256: string;
  /** Folder of the model's external data files; absent where all weights stand in the model file. */
  readonly externalDataFolder?: string;
}

/** protobuf cannot hold more, and neither can the buffers that carry it. */
const LARGEST_MODEL = 2 ** 31 - 1;

/**
 * Reads an ONNX model and checks that its external data is there.
 *
 * @throws UserError where the file is missing, empty, truncated, not ONNX, has a graph that does not hang together,
 *   or refers to external data that is missing, too short or outside the model's folder.
 */
export function readModelFile(path: string): Promise<ModelFile> {
  return readModel(path, false);
}

/**
 * The same in a fraction of the time and memory, for those who ask for the graph only: large weights have their type
 * and shape, but not their values. The hash is that of the whole file.
 */
export function readModelOutline(path: string): Promise<ModelFile> {
  return readModel(path, true);
}

async function readModel(path: string, outline: boolean): Promise<ModelFile> {
  await requireRegular(path);
  const { bytes, sha256 } = await readBytes(path, outline);
  if (bytes.length === 0) throw new UserError(`${path} is empty: export the model again`);
  const proto = parseModel(bytes, path);
  const graph = proto.graph;
  if (!graph || (graph.node.length === 0 && graph.output.length === 0) || proto.opsetImport.length === 0) {
    throw notOnnx(path, bytes, 'is not an ONNX model (it has no graph or no opset): pass a .onnx file');
  }
  checkGraph(graph, path);
  checkTensors(proto, path);
  const folder = dirname(resolve(path));
  const hasExternalData = await checkExternalData(proto, path, folder);
  const plain = withPlainOperators(withoutFunctions(proto), opsetOf(proto));
  return {
    path,
    proto: plain,
    graph: plain.graph ?? graph,
    sha256,
    ...(hasExternalData ? { externalDataFolder: folder } : {}),
  };
}

/**
 * The bytes of a model. A model that was read and not changed gives its own bytes back, as long as its writer kept
 * to the usual order and packing of fields; otherwise the same values in that order and packing.
 *
 * @throws UserError where it would not fit into one protobuf message (2 GiB).
 */
export function serializeModel(model: ModelProto): Uint8Array {
  try {
    const bytes = modelBytes(model);
    if (bytes.length <= LARGEST_MODEL) return bytes;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new UserError(
    'the rewritten model is larger than 2 GiB, more than one ONNX file can hold: store its weights as external data first',
  );
}

/** The version of the default operator set (`ai.onnx`), 0 where the model imports none. */
export function opsetOf(model: ModelProto): number {
  const standard = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  return standard ? Number(standard.version) : 0;
}

/** Who exported the model, e.g. `pytorch 2.5`; `unknown` where it does not say. */
export function producerOf(model: ModelProto): string {
  return `${model.producerName} ${model.producerVersion}`.trim() || 'unknown';
}

async function readBytes(path: string, outline: boolean): Promise<HashedFile> {
  try {
    return await readHashed(path, LARGEST_MODEL, outline);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new UserError(`${path} does not exist: pass the path of a .onnx file`);
    if (code === 'EISDIR') throw new UserError(`${path} is ${otherFolder(path)}`);
    if (code === 'ERR_FS_FILE_TOO_LARGE') {
      const wayOut = `is larger than ${LARGEST_MODEL} bytes: store its weights as external data`;
      throw notOnnx(path, new Uint8Array(0), wayOut);
    }
    throw new UserError(`${path} cannot be read (${messageOf(error)}): check its permissions`);
  }
}

function parseModel(bytes: Buffer, path: string): ModelProto {
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    const why = `is not an ONNX model or is truncated (${messageOf(error)}): export or copy it again`;
    throw notOnnx(path, bytes, why);
  }
  if (!isFieldSet(proto, ModelProtoSchema.field.irVersion)) {
    throw notOnnx(path, bytes, 'is not an ONNX model (it has no IR version): pass a .onnx file');
  }
  return proto;
}

/** Names what the file is instead, where that can be told. */
function notOnnx(path: string, bytes: Uint8Array, otherwise: string): UserError {
  const known = otherFormat(path, bytes);
  return new UserError(`${path} ${known === undefined ? otherwise : `is ${known}`}`);
}
