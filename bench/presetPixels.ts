import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PresetName } from '../src/data/options.js';
import { openData } from './delve.js';

/*
 * What images become by each preset, for peers/presets.py to hold against what others make of them:
 *
 *   node bench/dist/bench/presetPixels.js <folder of images> <folder for the values>
 */
const sides: Readonly<Partial<Record<PresetName, number>>> = {
  ...{ imagenet: 224, clip: 224, siglip: 224, cifar10: 32, mnist: 28, yolo: 640 },
};
const [images, out] = process.argv.slice(2);
if (!images || !out) throw new Error('name a folder of images, and one for the values');
await mkdir(out, { recursive: true });
for (const [preset, side] of Object.entries(sides) as [PresetName, number][]) {
  const channels = preset === 'mnist' ? 1 : 3;
  const source = await openData({ data: [images], image: { preset } }, [
    { name: 'input', type: 'float32', shape: ['n', channels, side, side] },
  ]);
  const values: Buffer[] = [];
  const files: string[] = [];
  for await (const { tensors, origins = [] } of source.feeds({ batchSize: 10 })) {
    const { buffer, byteOffset, byteLength } = tensors.input.data;
    values.push(Buffer.from(buffer, byteOffset, byteLength));
    files.push(...origins);
  }
  await source.close();
  await writeFile(join(out, `${preset}.bin`), Buffer.concat(values));
  await writeFile(join(out, `${preset}.txt`), files.join('\n'));
}
