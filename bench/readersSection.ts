import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Context, Measured } from './context.js';
import { openData } from './delve.js';
import { compare, summary } from './paired.js';
import { PythonPeer } from './pythonPeer.js';
import { PHOTOGRAPHS, type Source, writtenSources } from './readerSources.js';
import { notInstalled } from './row.js';

const BATCH = 64;

/** Samples a second that each reader gives, in batches of 64 in order; JPEGs beside torchvision's loader on the same files. */
export async function readersSection(context: Context): Promise<Measured> {
  const sources = await writtenSources(join(context.folder, 'readers'));
  const rates: Record<string, unknown> = {};
  for (const source of sources) {
    const { [source.name]: found } = await compare({ [source.name]: () => seconds(source) }, context.rounds);
    rates[source.name] = summary(found.rounds.map((each) => source.samples / each));
    context.log(`${source.name}: ${Math.round(source.samples / found.cost.median)} samples/s`);
  }
  const photographs = sources.find(({ name }) => name === 'JPEG');
  if (!photographs) throw new Error('no photographs');
  const work = `torchvision ImageFolder + DataLoader, two workers ÷ delve, ${PHOTOGRAPHS} JPEGs to 224 × 224`;
  const peer = await PythonPeer.start(context.python, 'image_folder.py', [
    dirname(photographs.path),
    String(BATCH),
  ]);
  if (typeof peer === 'string') {
    return { rows: [notInstalled(work, undefined, peer)], details: { samplesPerSecond: rates } };
  }
  try {
    Object.assign(context.versions, peer.versions);
    const both = await compare(
      { delve: () => seconds(photographs), torchvision: () => peer.seconds('run') },
      context.rounds,
    );
    rates.torchvision = summary(both.torchvision.rounds.map((each) => PHOTOGRAPHS / each));
    return { rows: [{ work, ratio: both.torchvision.ratio }], details: { samplesPerSecond: rates } };
  } finally {
    await peer.close();
  }
}

/** Opens, reads all, closes. */
async function seconds({
  path,
  type = 'float32',
  dims,
  samples,
  name: _,
  ...options
}: Source): Promise<number> {
  const start = performance.now();
  const source = await openData({ data: [path], ...options }, [
    { name: 'input', type, shape: ['batch', ...dims] },
  ]);
  let read = 0;
  for await (const feed of source.feeds({ batchSize: BATCH })) read += feed.samples;
  await source.close();
  if (read !== samples) throw new Error(`${read} of ${samples} samples of ${path} were read`);
  return (performance.now() - start) / 1000;
}
