import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resnet50 } from '../../bench/models/resnet50.js';
import type { AnalyzeOptions } from '../../src/index.js';
import { analyze } from './delve.js';
import { hungryModel } from './models.js';
import type { Part, Row, Settings } from './settings.js';

/** Batches of every size run: those that cuDNN has no kernel for without TF32, and those of more than 2³¹ elements. */
export async function batchesPart(settings: Settings): Promise<Part> {
  const { provider, folder, tf32 } = settings;
  const small = provider === 'cpu';
  const put = async (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  const model = await put('resnet50-batches.onnx', resnet50());
  const hungry = await put('hungry-batches.onnx', hungryModel());
  const precision = provider === 'webgpu' ? 'float32' : 'float64';
  const size = small ? 32 : 224;
  const images = { model, shapes: { input: [3, size, size] }, provider, precision, tf32 } as const;
  const few = (count: number) => (small ? Math.ceil(count / 32) : count);
  const cases: [string, number, AnalyzeOptions][] = [
    ...[128, 256].map((batch): [string, number, AnalyzeOptions] => [
      `ResNet50, --batch ${batch}`,
      few(2 * batch + 3),
      { ...images, batchSize: few(batch), data: `random:${few(2 * batch + 3)}` },
    ]),
    ['ResNet50, --batch auto', few(1500), { ...images, batchSize: 'auto', data: `random:${few(1500)}` }],
    // 64 × 512 × 512 a sample: 128 samples are 2³¹ elements. On the host they would not fit.
    ...(small ? [2] : [128, 256]).map((batch): [string, number, AnalyzeOptions] => [
      `${batch} feature maps of 64 × 512 × 512`,
      batch + 1,
      { model: hungry, provider, precision, batchSize: batch, data: `random:${batch + 1}` },
    ]),
  ];
  const rows: Row[] = [];
  const details: unknown[] = [];
  for (const [what, samples, options] of cases) {
    const notices: string[] = [];
    const started = performance.now();
    try {
      const run = await analyze({ ...options, onNotice: (text) => notices.push(text) });
      const seconds = (performance.now() - started) / 1000;
      const { batchSize, accumulate } = run.settings;
      rows.push({
        what,
        found: `${run.data.samples} samples in ${seconds.toFixed(1)} s, batches of ${batchSize}, ${accumulate} a run`,
        bound: `${samples} samples`,
        passed: run.data.samples === samples,
      });
      details.push({ what, batchSize, accumulate, notices, seconds });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      rows.push({ what, found: message.slice(0, 200), bound: 'runs', passed: false });
      details.push({ what, notices, message });
    }
  }
  return { rows, details };
}
