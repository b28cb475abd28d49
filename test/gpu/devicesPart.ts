import { fileURLToPath } from 'node:url';
import { compareRuns } from './compareRuns.js';
import { root } from './delve.js';
import type { Part, Settings } from './settings.js';

/** Two sessions against one: on one device, so that two runs are in flight, and on two devices where there are two. */
export async function devicesPart(settings: Settings, gpus: number): Promise<Part> {
  if (settings.provider !== 'cuda') return { rows: [] };
  const fixture = (path: string) => fileURLToPath(new URL(`fixtures/${path}`, root));
  const analysis = {
    model: fixture('mnist-cnn.onnx'),
    data: fixture('mnist'),
    batchSize: 32,
    provider: 'cuda',
  } as const;
  const against = async (what: string, device: readonly number[]) => {
    const found = await compareRuns({ ...analysis, device: 0 }, { ...analysis, device }, settings);
    const { covariance } = found;
    return {
      what,
      found: covariance.toExponential(1),
      bound: '≤ 1e-6',
      passed: covariance <= 1e-6,
      details: found,
    };
  };
  const rows = [await against('two runs in flight against one', [0, 0])];
  if (gpus >= 2) rows.push(await against('two devices against one', [0, 1]));
  return {
    rows: [
      ...rows.map(({ details: _, ...row }) => row),
      ...(gpus < 2 ? [{ what: 'two devices', found: `skipped: ${gpus} GPU` }] : []),
    ],
    details: rows.map(({ what, details }) => ({ what, ...details })),
  };
}
