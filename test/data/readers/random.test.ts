import { expect, test } from 'vitest';
import { mixSeeds, normalNumbers, uniformNumbers } from '../../../src/data/readers/randomNumbers.js';
import { UserError } from '../../../src/errors.js';
import { dimsOf, input, readAll, valuesOf } from '../reading.js';

const x = input('x', 'float64', ['n', 3, 100]);

test('the generator is Mulberry32', () => {
  // The published C code in Python integers, masked to 32 bits, seed 0.
  const uniform = uniformNumbers(0);
  expect([uniform(), uniform(), uniform()].map((u) => u * 2 ** 32)).toEqual([1144304738, 1416247, 958946056]);
});

test('normal numbers are those of Box and Muller, two out of two', () => {
  // u = ½, ¼: the radius is √(2 ln 2), the angle a quarter turn.
  const given = [0.5, 0.25, 0, 0.125];
  const normal = normalNumbers(() => given.shift() ?? Number.NaN);
  expect(normal()).toBeCloseTo(0, 15);
  expect(normal()).toBeCloseTo(Math.sqrt(2 * Math.LN2), 15);
  // u = 0 has the radius 0.
  expect([normal(), normal()].map(Math.abs)).toEqual([0, 0]);
});

test('seeds are mixed by the finalizer of MurmurHash3', () => {
  // The same in Python, masked to 32 bits and taken as signed: h = (h ^ p) + 0x9e3779b9; h ^= h >> 16; h *= 0x85ebca6b; …
  expect([mixSeeds(0), mixSeeds(1), mixSeeds(0, 0), mixSeeds(7, 2)]).toEqual([
    -1832243442, -1767835285, -741171420, 1474300264,
  ]);
});

test('floating inputs get standard normal values, the same for the same seed and any batch size', async () => {
  const { feeds, source } = await readAll({ data: ['random:200'], seed: 7 }, [x], { batchSize: 64 });
  expect(feeds.map(({ samples }) => samples)).toEqual([64, 64, 64, 8]);
  const values = valuesOf(feeds, 'x').map(Number);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  // 60,000 draws: five standard errors are 5/√60000 = 0.02 and 5·√(2/60000) = 0.03.
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  expect(new Set(values).size).toBeGreaterThan(59_900);
  expect(source).toMatchObject({
    reader: 'random',
    source: 'random:200',
    size: 200,
    preprocessing: { seed: 7 },
  });
  expect(
    valuesOf((await readAll({ data: ['random:200'], seed: 7 }, [x], { batchSize: 33 })).feeds, 'x'),
  ).toEqual(values);
  expect(valuesOf((await readAll({ data: ['random:200'], seed: 8 }, [x])).feeds, 'x')).not.toEqual(values);
});

test('all inputs are fed, integers with 0 … 9, bool with 0 and 1', async () => {
  const inputs = [
    input('ids', 'int64', ['n', 50]),
    input('mask', 'bool', ['n', 50]),
    input('half', 'float16', ['n', 2]),
  ];
  const { feeds } = await readAll({ data: ['random:8'] }, inputs);
  expect(new Set(valuesOf(feeds, 'ids'))).toEqual(new Set([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]));
  expect(new Set(valuesOf(feeds, 'mask'))).toEqual(new Set([0, 1]));
  expect(feeds[0].tensors.half.data).toBeInstanceOf(Uint16Array);
});

test('an open shape has to be given', async () => {
  const open = input('x', 'float32', ['n', 3, 'height', null]);
  await expect(readAll({ data: ['random:2'] }, [open])).rejects.toThrow(
    'input x leaves its shape open (3×height×? a sample): say which to make, for instance --shape x=3x224x224',
  );
  const { feeds } = await readAll({ data: ['random:2'], shapes: { x: [3, 4, 5] } }, [open]);
  expect(dimsOf(feeds, 'x')).toEqual([[2, 3, 4, 5]]);
  await expect(readAll({ data: ['random:2'], shapes: { x: [1, 4, 5] } }, [open])).rejects.toThrow(
    /--shape for x does not fit/,
  );
});

test.each([
  [['n', 'sequence'], 'ids=16'],
  [['n', 1, 64, 'width'], 'ids=1x64x224'],
  [undefined, 'ids=3x224x224'],
] as const)('the example for an input of shape %j is %s', async (shape, example) => {
  await expect(readAll({ data: ['random:2'] }, [input('ids', 'int64', shape)])).rejects.toThrow(
    `for instance --shape ${example}`,
  );
});

test.each(['random:', 'random:0', 'random:-1', 'random:ten'])('%s is refused', async (source) => {
  await expect(readAll({ data: [source] }, [x])).rejects.toThrow(/write random:<n>/);
});

test.each([
  [[2 ** 60], '1152921504606847000'],
  [[2 ** 25, 2 ** 25], '33554432×33554432'],
])('samples that no memory holds are refused before they are made: %j', async (sizes, shown) => {
  // 2^60 or 2^50 values of eight bytes each: 2^63 or 2^53 bytes.
  await expect(readAll({ data: ['random:2'] }, [input('x', 'float64', ['n', ...sizes])])).rejects.toThrow(
    new UserError(
      `a sample of ${shown} for input x takes more than any machine has, which does not fit into memory: export the model with smaller dimensions, or with open ones`,
    ),
  );
});

test('a batch that no memory holds is refused before it is made', async () => {
  const options = { batchSize: 2 ** 45 };
  await expect(readAll({ data: [`random:${2 ** 45}`] }, [x], options)).rejects.toThrow(
    `a batch of ${2 ** 45} samples of 300 values for input x takes more than any machine has`,
  );
});

test('a --shape that no memory holds is refused before anything is made', async () => {
  const options = { data: ['random:2'], shapes: { x: [2 ** 25, 2 ** 25] } };
  await expect(readAll(options, [input('x', 'float64', ['n', null, null])])).rejects.toThrow(
    /33554432×33554432 for input x takes more than any machine has, .*: give a smaller --shape/,
  );
});
