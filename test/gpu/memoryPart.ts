import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareRuns } from './compareRuns.js';
import { analyze } from './delve.js';
import { hungryModel } from './models.js';
import type { Part, Settings } from './settings.js';

/** Samples whose feature maps take 256 GiB together: more than any one device has. */
const TOO_MANY = 4096;

/** What happens where the device's memory runs out. A rehearsal leaves it out: the host's would. */
export async function memoryPart(settings: Settings): Promise<Part> {
  if (settings.provider === 'cpu') return { rows: [] };
  const { provider, folder } = settings;
  const model = join(folder, 'hungry.onnx');
  await writeFile(model, hungryModel());
  const precision = provider === 'webgpu' ? 'float32' : 'float64';
  const analysis = { model, data: `random:${TOO_MANY}`, precision } as const;
  const refused = await analyze({ ...analysis, provider, batchSize: TOO_MANY }).then(
    () => 'it ran',
    (error: Error) => error.message,
  );
  const notices: string[] = [];
  const found = await compareRuns(
    { ...analysis, provider, batchSize: 8 },
    { ...analysis, provider, batchSize: 'auto', onNotice: (text) => notices.push(text) },
    settings,
  );
  return {
    rows: [
      {
        what: `a batch of ${TOO_MANY} that takes 256 GiB`,
        found: refused.slice(0, 100),
        bound: 'memory ran out at …',
        passed: refused.startsWith('memory ran out'),
      },
      {
        what: '--batch auto on the same data',
        found: `${found.samples} samples, ${found.covariance.toExponential(1)} from batches of 8; ${notices.filter((text) => text.includes('memory')).length} steps down`,
        bound: `${TOO_MANY} samples, ≤ 1e-4`,
        passed: found.samples === TOO_MANY && found.covariance <= 1e-4,
      },
    ],
    details: { refused, notices, found },
  };
}
