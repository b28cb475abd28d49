import type { Dataset, File, Group } from 'h5wasm/node';
import { messageOf, UserError } from '../../../errors.js';
import type { ElementType } from '../../../onnx/elementType.js';
import { printable } from '../../../text/printable.js';
import { type DenseArray, denseArray } from '../arrays/denseArray.js';
import type { ByteSource } from '../bytes/byteSource.js';
import { openFile } from '../bytes/openFile.js';

/** The classes of types that HDF5 numbers so. */
const [INTEGER, FLOAT, STRING, ENUMERATION] = [0, 1, 3, 8] as const;
/** Groups within groups that are looked through. */
const DEEPEST = 32;
const MOST_DATASETS = 10_000;

/** An HDF5 file that is open for reading, by the HDF5 library compiled to WebAssembly, which is loaded only here. */
export class Hdf5File {
  readonly #library: typeof import('h5wasm/node');
  readonly #file: File;

  private constructor(
    readonly name: string,
    library: typeof import('h5wasm/node'),
    file: File,
  ) {
    this.#library = library;
    this.#file = file;
  }

  /** @throws UserError where it is no HDF5 file, or damaged. */
  static async open(path: string): Promise<Hdf5File> {
    const { handle } = await openFile(path);
    await handle.close();
    const library = await import('h5wasm/node');
    const module = await library.ready;
    // Errors are thrown, and not printed.
    module.activate_throwing_error_handler();
    return new Hdf5File(
      path,
      library,
      guarded(path, () => new library.File(path, 'r')),
    );
  }

  /** The datasets below a group by their paths in it, as far as they hold numbers or text. */
  datasets(group: string): Map<string, Dataset> {
    const found = new Map<string, Dataset>();
    guarded(this.name, () => this.#collect(group === '' ? this.#file : this.#file.get(group), '', found, 0));
    return found;
  }

  /** @throws UserError where nothing is there. */
  at(place: string): { readonly dataset?: Dataset } {
    const entity = guarded(this.name, () => this.#file.get(place));
    if (entity instanceof this.#library.Dataset) return { dataset: entity };
    if (entity instanceof this.#library.Group) return {};
    const names = [...this.datasets('').keys()].map((name) => `/${printable(name)}`);
    throw new UserError(
      `${this.name} has nothing at ${place}: it holds ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`,
    );
  }

  /** A dataset as samples along its first axis. @throws UserError where it holds no numbers, or is damaged. */
  array(dataset: Dataset): DenseArray {
    const name = `${this.name}:${dataset.path}`;
    const { shape, chunks, ...metadata } = guarded(this.name, () => dataset.metadata);
    const type = numberType(metadata);
    if (!type || !shape) {
      throw new UserError(
        `${name} holds ${shape ? `values of type ${String(dataset.dtype)}` : 'nothing'}: only numbers can be fed`,
      );
    }
    const itemSize = metadata.size;
    // The library turns values into the byte order of the machine it runs on, which is WebAssembly's little-endian.
    const header = { type, itemSize, bigEndian: false, fortranOrder: false, shape, dataStart: 0 };
    return denseArray(this.#bytes(name, dataset, shape, itemSize, chunks === null), header);
  }

  /** The classes that a dataset of text holds, one a sample; `undefined` where it holds something else. */
  texts(dataset: Dataset): string[] | undefined {
    return guarded(this.name, () => {
      if (dataset.metadata.type !== STRING || dataset.shape?.length !== 1) return undefined;
      const { value } = dataset;
      return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
    });
  }

  close(): void {
    this.#file.close();
  }

  #collect(group: unknown, prefix: string, found: Map<string, Dataset>, depth: number): void {
    const { Dataset, Group } = this.#library;
    if (!(group instanceof Group) || depth > DEEPEST) return;
    for (const name of group.keys()) {
      if (found.size >= MOST_DATASETS) return;
      const entity: unknown = (group as Group).get(name);
      if (entity instanceof Dataset) found.set(prefix + name, entity);
      else this.#collect(entity, `${prefix}${name}/`, found, depth + 1);
    }
  }

  /** The values of a dataset in C order, as bytes of its own type: whole samples at a time. */
  #bytes(
    name: string,
    dataset: Dataset,
    shape: readonly number[],
    itemSize: number,
    seekable: boolean,
  ): ByteSource {
    const sampleBytes = shape.slice(1).reduce((product, length) => product * length, itemSize);
    const read = async (position: number, target: Uint8Array): Promise<void> => {
      const module = await this.#library.ready;
      guarded(name, () => {
        const pointer = module._malloc(target.length);
        if (pointer === 0) throw new Error(`there is no memory for ${target.length} bytes`);
        try {
          const count = [target.length / sampleBytes, ...shape.slice(1)].map(BigInt);
          const offset = [position / sampleBytes, ...shape.slice(1).map(() => 0)].map(BigInt);
          const strides = shape.map(() => 1n);
          module.get_dataset_data(dataset.file_id, dataset.path, count, offset, strides, BigInt(pointer));
          target.set(module.HEAPU8.subarray(pointer, pointer + target.length));
        } finally {
          module._free(pointer);
        }
      });
    };
    // What is stored in chunks is decompressed a chunk at a time, again for every sample that is picked out of it.
    return {
      name,
      size: shape[0] * sampleBytes,
      seekable,
      open: async () => ({ read, close: async () => {} }),
    };
  }
}

function numberType({
  type,
  size,
  signed,
  enum_type: names,
}: Pick<Dataset['metadata'], 'type' | 'size' | 'signed' | 'enum_type'>): ElementType | undefined {
  if (type === FLOAT) return ({ 2: 'float16', 4: 'float32', 8: 'float64' } as const)[size];
  // h5py writes bool as an enumeration.
  if (type === ENUMERATION) {
    return size === 1 && names !== undefined && 'TRUE' in names.members ? 'bool' : undefined;
  }
  if (type !== INTEGER) return undefined;
  return signed
    ? ({ 1: 'int8', 2: 'int16', 4: 'int32', 8: 'int64' } as const)[size]
    : ({ 1: 'uint8', 2: 'uint16', 4: 'uint32', 8: 'uint64' } as const)[size];
}

/** What the library says of a file, in a sentence; it gives a line a function that the error came by. */
function guarded<T>(name: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reasons = [...messageOf(error).matchAll(/#\d+: .*?\): (.*)/g)].map(([, reason]) => reason);
    throw new UserError(
      `${name} cannot be read as HDF5 (${reasons.at(-1) ?? messageOf(error)}): write it again`,
      {
        cause: error,
      },
    );
  }
}
