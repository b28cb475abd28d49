import { delimiter } from 'node:path';
import { nvidiaGpus } from '../cuda/gpus.js';
import { cudaMajors, foundIn, libraryFolders } from '../cuda/librarySearch.js';
import { installedProvider } from '../cuda/providerLibraries.js';
import { runtimeFolder } from '../engine/session/runtimeFolder.js';
import { version } from '../version.js';
import { adviceFor } from './advice.js';
import { probeLibraries, probeProvider } from './askProbe.js';
import type { Diagnosis, ProviderDiagnosis } from './diagnosis.js';

/**
 * Finds out what this machine can compute with: every provider is tried on a small model, in a process of its own.
 * Never fails for what it finds; takes seconds.
 */
export async function diagnose(env: NodeJS.ProcessEnv = process.env): Promise<Diagnosis> {
  const { version: runtime, binaries } = runtimeFolder();
  const folders = [
    ...(env.LD_LIBRARY_PATH ?? '').split(delimiter).filter(Boolean),
    ...(await libraryFolders(env)),
  ];
  const [gpus, cpu, cuda, webgpu, majors] = await Promise.all([
    nvidiaGpus(env),
    probeProvider('cpu', env),
    cudaDiagnosis(folders, env),
    probeProvider('webgpu', env),
    cudaMajors(folders),
  ]);
  const found = {
    delve: version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    onnxruntime: { version: runtime, binaries },
    providers: [{ name: 'cpu' as const, ...cpu }, cuda, { name: 'webgpu' as const, ...webgpu }],
    ...gpus,
    cudaMajors: majors,
  };
  return { ...found, advice: adviceFor(found) };
}

async function cudaDiagnosis(folders: readonly string[], env: NodeJS.ProcessEnv): Promise<ProviderDiagnosis> {
  const installed = await installedProvider().catch(() => undefined);
  if (!installed) {
    const reason = "ONNX Runtime's CUDA provider library is not installed";
    return { name: 'cuda', loads: false, installed: false, reason };
  }
  const built = installed.cudaMajor === undefined ? {} : { cudaMajor: installed.cudaMajor };
  const answer = await probeProvider('cuda', env);
  if (answer.loads) return { name: 'cuda', ...answer, installed: true, ...built };
  const failed = await probeLibraries(installed.needs, env);
  const elsewhere = await foundIn(Object.keys(failed), folders);
  const missing = Object.entries(failed).map(([library, reason]) => {
    const folder = elsewhere.get(library);
    return { library, reason, ...(folder === undefined ? {} : { foundIn: folder }) };
  });
  return { name: 'cuda', ...answer, installed: true, ...built, missing };
}
