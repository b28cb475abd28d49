import { describe, expect, test } from 'vitest';
import { concatenated } from '../../../src/data/lists/concatenated.js';
import type { SampleStream } from '../../../src/data/sample.js';
import { isWanted, type Selection } from '../../../src/data/selection.js';

/** A stream of these numbers, two a chunk, of a size that is known from the start or at its end. */
function stream(numbers: readonly number[], isSized: boolean, more: Partial<SampleStream> = {}) {
  let size = isSized ? numbers.length : undefined;
  const selections: Selection[] = [];
  const made: SampleStream = {
    ...{ origin: 'part', ...more },
    get size() {
      return size;
    },
    async *read(selection) {
      selections.push(selection);
      const wanted = numbers
        .filter((_, i) => isWanted(selection, i))
        .map((value) => ({
          ...({ type: 'float64', data: Float64Array.of(value), dims: [1], origin: `${value}` } as const),
        }));
      for (let i = 0; i < wanted.length; i += 2) yield wanted.slice(i, i + 2);
      size = numbers.length;
    },
  };
  return { made, selections };
}

async function read(streams: readonly SampleStream[], selection: Selection): Promise<number[]> {
  const found: number[] = [];
  for await (const chunk of concatenated('all', streams).read(selection)) {
    expect(chunk.length).toBeGreaterThan(0);
    found.push(...chunk.map(({ origin }) => Number(origin)));
  }
  return found;
}

const parts = (isSized: boolean) => [
  stream([0, 1, 2], isSized),
  stream([3], isSized),
  stream([4, 5, 6, 7, 8], isSized),
];

describe.each([true, false])('streams one after the other, of known size: %s', (isSized) => {
  test.each<[Selection, number[]]>([
    [{ block: 1, every: 1 }, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    [{ block: 2, every: 2 }, [2, 3, 6, 7]],
    [{ block: 1, every: 4 }, [3, 7]],
    [{ block: 1, every: 1, skip: 4 }, [4, 5, 6, 7, 8]],
    [{ block: 2, every: 1, share: { index: 1, count: 2 } }, [2, 3, 6, 7]],
    [{ chosen: Uint32Array.of(0, 3, 8) }, [0, 3, 8]],
  ])('%j', async (selection, expected) => {
    const streams = parts(isSized).map(({ made }) => made);
    expect(await read(streams, selection)).toEqual(expected);
    // Their sizes may be known now: a second pass finds the same.
    expect(await read(streams, selection)).toEqual(expected);
  });
});

describe.each([true, false])('of each stream (of known size: %s) the first sample', (isSized) => {
  const begun = async (selection: Selection) => {
    const found: number[] = [];
    for await (const chunk of concatenated(
      'all',
      parts(isSized).map(({ made }) => made),
    ).read(selection)) {
      for (const each of chunk) if ('begins' in each && each.begins) found.push(Number(each.origin));
    }
    return found;
  };

  test('is marked as one', async () => {
    expect(await begun({ block: 1, every: 1 })).toEqual([0, 3, 4]);
  });

  test('is the first that is wanted', async () => {
    expect(await begun({ block: 1, every: 1, skip: 5 })).toEqual([5]);
    expect(await begun({ block: 1, every: 2 })).toEqual([1, 3, 5]);
  });
});

describe('streams as one', () => {
  test('that nothing is wanted of are not read', async () => {
    const streams = parts(true);
    await read(
      streams.map(({ made }) => made),
      { chosen: Uint32Array.of(1, 5) },
    );
    expect(streams.map(({ selections }) => selections)).toEqual([
      [{ chosen: Uint32Array.of(1) }],
      [],
      [{ chosen: Uint32Array.of(1) }],
    ]);
  });

  test('of one are that one', async () => {
    const { made, selections } = stream([1, 2, 3], true);
    const selection = { block: 1, every: 2 };
    expect(await read([made], selection)).toEqual([2]);
    expect(selections[0]).toBe(selection);
  });

  test('are as many as all, once each is known, and have what one of them or all have', async () => {
    const [known, other] = [stream([1, 2], true).made, stream([3], false).made];
    expect(concatenated('all', [known, known])).toMatchObject({ origin: 'all', size: 4 });
    const mixed = concatenated('all', [known, other, known]);
    expect(mixed.size).toBeUndefined();
    await read([known, other, known], { block: 1, every: 1 });
    expect(mixed.size).toBe(5);
    const [rows, labelled] = [{ shapeless: true }, { labelled: true }].map(
      (more) => stream([1], true, more).made,
    );
    expect(concatenated('all', [rows, labelled])).toMatchObject({ shapeless: false, labelled: true });
    expect(concatenated('all', [rows, rows])).toMatchObject({ shapeless: true, labelled: false });
  });
});
