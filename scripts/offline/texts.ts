import type { Written } from './splitFile.js';

/** Starts a program of the pack by the Node in it. Uses nothing but the shell: PATH may be empty. */
export function launcher(program: string): string {
  return `#!/bin/sh
# Runs with the Node that lies beside, from wherever the folder was unpacked to.
self=$0
case $self in */*) ;; *) self=$(command -v -- "$self") ;; esac
while [ -h "$self" ]; do
  target=$(readlink -- "$self") || exit 2
  case $target in /*) self=$target ;; *) self=\${self%/*}/$target ;; esac
done
here=$(CDPATH= cd -- "\${self%/*}" && pwd -P) || exit 2
exec "$here/bin/node" "$here/lib/delve/${program}" "$@"
`;
}

export function packReadme(name: string, cuda: number | undefined): string {
  const gpu =
    cuda === undefined
      ? `CUDA's provider is not in this pack. Add it with ./delve setup-cuda --wheel <onnxruntime-gpu wheel>, or pack with --cuda.`
      : `The CUDA provider is in this pack. It needs NVIDIA's driver, CUDA ${cuda} and cuDNN 9 on the machine; those that
PyTorch brings along should do. ./delve doctor says what is missing, and what to write into LD_LIBRARY_PATH.`;
  return `${name}: everything that delve needs, Node included. Nothing is installed; the system's C++ runtime
(libstdc++.so.6, glibc 2.28 or newer) must be there.

    ./delve doctor
    ./delve analyze lib/delve/fixtures/mnist-cnn.onnx --data lib/delve/fixtures/mnist --out /tmp/mnist.delve
    ./test-gpu --json gpu.json        # the proof on a GPU; says "skipped" where there is none

${gpu}
`;
}

/** How the parts become the folder again. */
export function joining(archive: string, parts: readonly Written[]): string {
  const join =
    parts.length > 1 || parts[0]?.name !== archive ? `    cat ${archive}.part-* > ${archive}\n` : '';
  return `Check, ${join === '' ? '' : 'join, '}unpack (in the folder of these files):

    sha256sum -c SHA256SUMS
${join}    tar -xzf ${archive}
`;
}

/** As sha256sum writes and checks it. */
export function sums(files: readonly Written[]): string {
  return files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}
