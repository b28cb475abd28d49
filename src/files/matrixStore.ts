import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, UserError } from '../errors.js';

/** Matrices that grow row by row, on the disk instead of in memory; gone when closed. */
export class MatrixStore {
  readonly #folder: string;
  readonly #files = new Map<string, { readonly handle: FileHandle; end: number }>();
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws UserError where the folder for temporary files cannot be written. */
  static async open(): Promise<MatrixStore> {
    try {
      return new MatrixStore(await mkdtemp(join(tmpdir(), 'delve-')));
    } catch (error) {
      throw new UserError(
        `the folder for temporary files cannot be written (${messageOf(error)}): set TMPDIR to another`,
      );
    }
  }

  /** @throws UserError where the disk is full. */
  async append(name: string, values: Float64Array): Promise<void> {
    let file = this.#files.get(name);
    if (!file) {
      file = { handle: await open(join(this.#folder, String(this.#count++)), 'wx+'), end: 0 };
      this.#files.set(name, file);
    }
    try {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.handle.write(bytes, done, bytes.length - done, file.end);
        done += bytesWritten;
        file.end += bytesWritten;
      }
    } catch (error) {
      throw new UserError(
        `features cannot be stored in ${this.#folder} (${messageOf(error)}): set TMPDIR to a larger disk`,
      );
    }
  }

  /** How many numbers were appended under a name. */
  length(name: string): number {
    return (this.#files.get(name)?.end ?? 0) / Float64Array.BYTES_PER_ELEMENT;
  }

  /** What was appended under a name: all of it, or the numbers `from` (included) to `to` (excluded). */
  async read(name: string, from = 0, to = this.length(name)): Promise<Float64Array> {
    const file = this.#files.get(name);
    if (!file) return new Float64Array(0);
    const values = new Float64Array(to - from);
    const bytes = new Uint8Array(values.buffer);
    const start = from * Float64Array.BYTES_PER_ELEMENT;
    for (let done = 0; done < bytes.length; ) {
      const wanted = Math.min(2 ** 30, bytes.length - done);
      const { bytesRead } = await file.handle.read(bytes, done, wanted, start + done);
      if (bytesRead === 0) throw new Error(`${this.#folder} lost what was written`);
      done += bytesRead;
    }
    return values;
  }

  /** Puts other values in the place of those under a name. */
  async replace(name: string, values: Float64Array): Promise<void> {
    const file = this.#files.get(name);
    if (file) {
      file.end = 0;
      await file.handle.truncate(0);
    }
    await this.append(name, values);
  }

  async close(): Promise<void> {
    for (const { handle } of this.#files.values()) await handle.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
