import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RuntimeFolder, runtimeFolder } from '../engine/session/runtimeFolder.js';
import { messageOf, UserError } from '../errors.js';
import { chooseWheel, PROJECT, versionsOf } from './chooseWheel.js';
import { download, sha256Of } from './download.js';
import { nvidiaGpus } from './gpus.js';
import { cudaMajors, libraryFolders } from './librarySearch.js';
import { neededLibraries } from './neededLibraries.js';
import { filesOf, type IndexedFile } from './packageIndex.js';
import { pipIndexes } from './pipIndexes.js';
import { CUDA_PROVIDER, CUDNN, cudaMajorOf, PROVIDER_LIBRARIES } from './providerLibraries.js';
import { unpackProvider } from './unpackProvider.js';

export interface SetUpCudaOptions {
  /** A wheel (or a NuGet package, or a folder) that holds the provider; absent: it is downloaded. */
  readonly wheel?: string;
  /** What the wheel's SHA-256 has to be, in hexadecimal digits; for downloads the index says it. */
  readonly sha256?: string;
  /** A package index, as pip takes it; absent: those that pip is configured for. */
  readonly index?: string;
  /** The major version of CUDA that the provider has to be for; absent: what this machine has. */
  readonly cuda?: number;
  /** Where onnxruntime-node lies; absent: the one that delve uses. */
  readonly runtime?: RuntimeFolder;
  readonly env?: NodeJS.ProcessEnv;
  readonly onNotice?: (text: string) => void;
  readonly onBytes?: (bytes: number, total: number | undefined) => void;
}

/** What was installed. */
export interface InstalledCuda {
  /** The files, by path. */
  readonly files: readonly string[];
  /** Version of ONNX Runtime. */
  readonly version: string;
  /** The major version of CUDA that it needs. */
  readonly cudaMajor: number | undefined;
  /** The cuDNN that it needs. */
  readonly cudnn: string;
  /** The wheel that it came out of. */
  readonly source: string;
}

/**
 * Installs ONNX Runtime's CUDA provider of exactly the version of onnxruntime-node beside its libraries. Either both
 * files stand there in the end, or none is touched.
 *
 * @throws UserError where none is found for this machine, or what is found does not fit.
 */
export async function setUpCuda(options: SetUpCudaOptions = {}): Promise<InstalledCuda> {
  const { env = process.env, runtime = runtimeFolder(), onNotice = () => {} } = options;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new UserError(
      `onnxruntime-node has CUDA on linux-x64 only, and this is ${process.platform}-${process.arch}: use --provider cpu`,
    );
  }
  const folder = await mkdtemp(join(runtime.binaries, '.cuda-')).catch((error) => {
    throw new UserError(
      `${runtime.binaries} cannot be written to (${messageOf(error)}): run this as its owner`,
    );
  });
  try {
    const source = options.wheel ?? join(folder, 'wheel');
    let name = source;
    if (options.wheel === undefined) {
      const wheel = await findWheel(
        runtime.version,
        options.index === undefined ? await pipIndexes(env) : [options.index],
      );
      onNotice(`fetching ${wheel.name}`);
      await download(wheel, source, options.onBytes);
      name = wheel.name;
    } else if (options.sha256 !== undefined) await requireSum(source, options.sha256);
    const version = await unpackProvider(source, folder);
    if (options.wheel !== undefined) requireVersion(name, version, runtime.version);
    const cudaMajor = cudaMajorOf(await neededLibraries(join(folder, CUDA_PROVIDER)));
    await requireCuda(name, cudaMajor, options.cuda, env, onNotice);
    for (const library of PROVIDER_LIBRARIES)
      await rename(join(folder, library), join(runtime.binaries, library));
    const files = PROVIDER_LIBRARIES.map((library) => join(runtime.binaries, library));
    return { files, version: runtime.version, cudaMajor, cudnn: CUDNN, source: name };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function findWheel(version: string, indexes: readonly string[]): Promise<IndexedFile> {
  const offered: IndexedFile[] = [];
  for (const index of indexes) {
    const files = await filesOf(PROJECT, index);
    const wheel = chooseWheel(files, version);
    if (wheel) return wheel;
    offered.push(...files);
  }
  const last = versionsOf(offered).slice(-3);
  const instead = last.length === 0 ? `it has no ${PROJECT}` : `its newest are ${last.join(', ')}`;
  throw new UserError(
    `the package index has no ${PROJECT} ${version} for Linux (${instead}), and the provider must be of exactly the version of onnxruntime-node: name another index with --index, or give the wheel with --wheel`,
  );
}

async function requireSum(wheel: string, wanted: string): Promise<void> {
  const found = await sha256Of(wheel);
  if (found === wanted.toLowerCase()) return;
  throw new UserError(`${wheel} has SHA-256 ${found} instead of ${wanted}: copy it again`);
}

function requireVersion(wheel: string, version: string | undefined, wanted: string): void {
  if (version === wanted) return;
  throw new UserError(
    `${wheel} is of ${version === undefined ? 'an unknown version of ONNX Runtime' : `ONNX Runtime ${version}`}, and onnxruntime-node is ${wanted}: give the wheel of ${PROJECT} ${wanted}`,
  );
}

/** Refuses a provider for another CUDA than is wanted or can run here; says so where CUDA has still to be installed. */
async function requireCuda(
  wheel: string,
  built: number | undefined,
  wanted: number | undefined,
  env: NodeJS.ProcessEnv,
  onNotice: (text: string) => void,
): Promise<void> {
  if (built === undefined)
    throw new UserError(`${wheel} does not tell which CUDA it is for: give another --wheel`);
  const instead =
    'give a package of ONNX Runtime for that CUDA with --wheel, or name an index that has one with --index';
  if (wanted !== undefined && wanted !== built) {
    throw new UserError(`${wheel} is for CUDA ${built}, not ${wanted}: ${instead}`);
  }
  const { driverCuda } = await nvidiaGpus(env);
  if (driverCuda !== undefined && Number.parseInt(driverCuda, 10) < built) {
    throw new UserError(
      `${wheel} is for CUDA ${built}, and this machine's driver runs CUDA up to ${driverCuda}: renew the driver, or ${instead}`,
    );
  }
  const majors = await cudaMajors(await libraryFolders(env));
  if (majors.length > 0 && !majors.includes(built)) {
    onNotice(
      `the provider is for CUDA ${built}, and CUDA ${majors.join(', ')} was found: install CUDA ${built} too`,
    );
  }
}
