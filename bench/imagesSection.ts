import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import ort from 'onnxruntime-node';
import type { Context, Measured } from './context.js';
import { analyze, instrumentModel, modelInputs, openData, readModelFile } from './delve.js';
import { writePhotographs } from './models/photographs.js';
import { compare, summary } from './paired.js';
import { type ModelWork, prepared, randomBatch, type Workload } from './workload.js';

const IMAGES = 2000;
const IMAGE = { resize: '224x224' };
/** Each takes the better part of two minutes. */
const ROUNDS = 1;

/** Seconds of a whole `analyze` of a folder of JPEGs, beside the two things that have to be done and can overlap. */
export async function imagesSection(context: Context, model: ModelWork): Promise<Measured> {
  const workload = await prepared(model, context.folder);
  const folder = join(context.folder, 'photographs');
  await writePhotographs(folder, IMAGES);
  const { batchSize } = workload;
  const measured = await compare(
    {
      analyze: () =>
        timed(async () => {
          const { data } = await analyze({
            ...{ model: workload.model, data: folder, batchSize, image: IMAGE, provider: 'cpu' },
          });
          if (data.samples !== IMAGES) throw new Error(`analyze saw ${data.samples} images`);
        }),
      decoding: () => timed(() => decode(workload, folder)),
      model: () => timed(() => runInstrumented(workload)),
    },
    ROUNDS,
    { warmUp: false },
  );
  const { decoding, model: alone } = measured;
  const ratio = summary(
    measured.analyze.rounds.map(
      (seconds, round) => seconds / Math.max(decoding.rounds[round], alone.rounds[round]),
    ),
  );
  const work = `analyze of ${IMAGES} JPEGs ÷ the slower of decoding and the instrumented model, ${model.name}`;
  return { rows: [{ work, ratio, bound: { atMost: 1.15 } }], details: { seconds: measured } };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Reads the images as `analyze` does, and throws them away. */
async function decode({ model, batchSize }: Workload, folder: string): Promise<void> {
  const { graph } = await readModelFile(model);
  const source = await openData({ data: [folder], image: IMAGE }, modelInputs(graph));
  let samples = 0;
  for await (const feed of source.feeds({ batchSize })) samples += feed.samples;
  await source.close();
  if (samples !== IMAGES) throw new Error(`${samples} images were decoded`);
}

/** Runs the instrumented model on as many samples, and throws the moments away. */
async function runInstrumented(workload: Workload): Promise<void> {
  const { batchSize, dims, model } = workload;
  const output = model.replace(/\.onnx$/, '.instrumented.onnx');
  await instrumentModel(model, { output });
  const session = await ort.InferenceSession.create(output);
  const values = randomBatch(workload);
  const length = values.length / batchSize;
  for (let done = 0; done < IMAGES; done += batchSize) {
    const count = Math.min(batchSize, IMAGES - done);
    const data = values.subarray(0, count * length);
    await session.run({ input: new ort.Tensor('float32', data, [count, ...dims]) });
  }
  await session.release();
}
