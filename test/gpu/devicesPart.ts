import { fileURLToPath } from 'node:url';
import { compareRuns } from './compareRuns.js';
import { root } from './delve.js';
import type { Part, Settings } from './settings.js';

/** Two devices against one, where there are two. */
export async function devicesPart(settings: Settings, gpus: number): Promise<Part> {
  if (settings.provider !== 'cuda') return { rows: [] };
  if (gpus < 2) return { rows: [{ what: 'two devices', found: `skipped: ${gpus} GPU` }] };
  const fixture = (path: string) => fileURLToPath(new URL(`fixtures/${path}`, root));
  const analysis = {
    model: fixture('mnist-cnn.onnx'),
    data: fixture('mnist'),
    batchSize: 32,
    provider: 'cuda',
  } as const;
  const found = await compareRuns({ ...analysis, device: 0 }, { ...analysis, device: [0, 1] }, settings);
  return {
    rows: [
      {
        what: 'two devices against one',
        found: found.covariance.toExponential(1),
        bound: '≤ 1e-6',
        passed: found.covariance <= 1e-6,
      },
    ],
    details: found,
  };
}
