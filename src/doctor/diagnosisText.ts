import { printable } from '../text/printable.js';
import type { Diagnosis, ProviderDiagnosis } from './diagnosis.js';

const gibibytes = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

type Row = readonly [label: string, text: string];

/** A diagnosis for people. */
export function diagnosisText(found: Diagnosis): string {
  const rows: readonly Row[] = [
    ['delve', found.delve],
    ['Node', found.node],
    ['platform', found.platform],
    ['ONNX Runtime', found.onnxruntime.version],
    ...found.providers.flatMap(providerRows),
    ...gpuRows(found),
    ['CUDA', found.cudaMajors.length === 0 ? 'no libraries found' : found.cudaMajors.join(', ')],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, text]) => `${label.padEnd(width)}  ${printable(text)}`.trimEnd());
  return `${lines.join('\n')}\n\n${found.advice.map((sentence) => printable(sentence)).join('\n')}\n`;
}

function providerRows(provider: ProviderDiagnosis): Row[] {
  const missing = (provider.missing ?? []).map(({ library, reason, foundIn }): Row => {
    const said = reason.includes(library) ? reason : `${library}: ${reason}`;
    return ['', foundIn === undefined ? said : `${library}: in ${foundIn}, where the loader does not look`];
  });
  return [[provider.name, providerText(provider)], ...missing];
}

function gpuRows({ gpus, driver, driverCuda }: Diagnosis): Row[] {
  if (gpus.length === 0) return [['GPU', 'none found by nvidia-smi']];
  const upTo = driverCuda === undefined ? '' : `, for CUDA up to ${driverCuda}`;
  return [
    ...gpus.map(
      ({ index, name, memory, freeMemory }): Row => [
        `GPU ${index}`,
        `${name}, ${size(memory)} GiB, ${size(freeMemory)} GiB of it free`,
      ],
    ),
    ['driver', `${driver ?? 'unknown'}${upTo}`],
  ];
}

function providerText({ loads, reason, cudaMajor }: ProviderDiagnosis): string {
  const built = cudaMajor === undefined ? '' : ` (provider for CUDA ${cudaMajor})`;
  return loads ? `works${built}` : `does not load${built}: ${reason ?? 'it gives no reason'}`;
}

function size(mebibytes: number): string {
  return gibibytes.format(mebibytes / 1024);
}
