import { expect, test } from 'vitest';
import { type InputStream, lockstep } from '../../../src/data/batches/lockstep.js';
import type { Sample } from '../../../src/data/sample.js';
import { input } from '../reading.js';

const sample = (value: number): Sample => ({
  type: 'float64',
  data: Float64Array.of(value),
  dims: [1],
  origin: `${value}`,
});

/** A stream of these chunks, whose size is known from the start or at its end only. */
function stream(name: string, chunks: readonly (readonly number[])[], isSized: boolean) {
  let size: number | undefined = isSized ? chunks.flat().length : undefined;
  const state = { closed: false };
  const made: InputStream = {
    input: input(name, 'float64'),
    stream: {
      origin: `${name}.npy`,
      get size() {
        return size;
      },
      async *read() {
        try {
          for (const chunk of chunks) yield chunk.map(sample);
          size = chunks.flat().length;
        } finally {
          state.closed = true;
        }
      },
    },
  };
  return { made, state };
}

async function read(streams: readonly InputStream[]): Promise<string[]> {
  const rows: string[] = [];
  for await (const { count, columns } of lockstep(streams, { block: 1, every: 1 })) {
    for (let i = 0; i < count; i++) rows.push(columns.map((column) => column[i].origin).join(' '));
  }
  return rows;
}

test('streams of other chunks go side by side, blank chunks being none', async () => {
  const a = stream('a', [[1, 2, 3], [], [4]], true);
  const b = stream('b', [[5], [6, 7], [8]], false);
  expect(await read([a.made, b.made])).toEqual(['1 5', '2 6', '3 7', '4 8']);
  expect([a.state.closed, b.state.closed]).toEqual([true, true]);
});

test.each([
  [true, true],
  [true, false],
  [false, true],
  [false, false],
])(
  'other numbers of samples are refused with both, whether they are known before (%s, %s)',
  async (first, second) => {
    const a = stream('a', [[1, 2, 3]], first);
    const b = stream('b', [[5], [6]], second);
    await expect(read([a.made, b.made])).rejects.toThrow(
      /^the inputs have different numbers of samples: [23] for input [ab] \([ab]\.npy\), [23] for input [ab] \([ab]\.npy\)/,
    );
    await expect(read([b.made, a.made])).rejects.toThrow('different numbers of samples');
  },
);

test('streams are closed where reading stops early', async () => {
  const a = stream('a', [[1], [2]], true);
  for await (const _ of lockstep([a.made], { block: 1, every: 1 })) break;
  expect(a.state.closed).toBe(true);
});
