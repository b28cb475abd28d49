import { mayLoadCuda } from '../engine/session/provider.js';
import { MOST_CARRIED } from '../instrument/carriedSums.js';
import type { BatchesPerRun } from '../instrument/instrument.js';
import type { ProviderChoice } from '../run/settingValues.js';
import type { AnalyzeOptions } from './analyzeOptions.js';

/** Batches that are added up on the device, where WebGPU does so in float32. */
export function batchesAdded({ accumulate = 'auto', onNotice }: AnalyzeOptions, provider: ProviderChoice) {
  if (provider !== 'webgpu' || accumulate === 'auto' || accumulate <= MOST_CARRIED) return accumulate;
  onNotice?.(
    `--accumulate ${accumulate}: WebGPU adds up ${MOST_CARRIED} batches at most, in float32; going on with ${MOST_CARRIED}`,
  );
  return MOST_CARRIED;
}

/** WebGPU has no `Loop`: there the sums go from run to run. */
export function batchesPerRun(accumulate: number | 'auto', provider: ProviderChoice): BatchesPerRun {
  if (accumulate === 1) return 'one';
  if (provider === 'webgpu') return 'carried';
  if (accumulate !== 'auto' || provider === 'cuda') return 'several';
  return isOnCpu(provider) ? 'one' : 'either';
}

/** Whether it is certain that no device will compute. */
export const isOnCpu = (provider: ProviderChoice): boolean =>
  provider === 'cpu' || (provider === 'auto' && !mayLoadCuda());
