import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where ONNX Runtime lies. */
export interface RuntimeFolder {
  /** Version of onnxruntime-node; a provider library must be of exactly this one. */
  readonly version: string;
  /** The folder of the package. */
  readonly folder: string;
  /** The folder in it of this platform's shared libraries: provider libraries are looked for beside them. */
  readonly binaries: string;
}

/** The ONNX Runtime that sessions are opened with. */
export function runtimeFolder(): RuntimeFolder {
  const folder = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { version, folder, binaries: join(folder, 'bin', 'napi-v6', process.platform, process.arch) };
}
