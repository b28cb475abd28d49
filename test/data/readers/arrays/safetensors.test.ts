import { expect, test } from 'vitest';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

// safetensors 0.8.0: save({'x': np.array([[1, -2], [0.5, 3]], np.float16), 'ids': np.array([7, 8], np.int64)})
const written = Buffer.from(
  '78000000000000007b22696473223a7b226474797065223a22493634222c227368617065223a5b325d2c22646174615f6f66' +
    '6673657473223a5b302c31365d7d2c2278223a7b226474797065223a22463136222c227368617065223a5b322c325d2c2264' +
    '6174615f6f666673657473223a5b31362c32345d7d7d20202020202007000000000000000800000000000000003c00c00038' +
    '0042',
  'hex',
);

test('each tensor feeds the input of its name', async () => {
  const folder = await temporaryFolder({ 'a.safetensors': written });
  const { feeds } = await readAll({ data: [`${folder}/a.safetensors`] }, [
    input('x', 'float32', ['n', 2]),
    input('ids', 'int64', ['n']),
  ]);
  expect(dimsOf(feeds, 'x')).toEqual([[2, 2]]);
  expect(valuesOf(feeds, 'x')).toEqual([1, -2, 0.5, 3]);
  expect(valuesOf(feeds, 'ids')).toEqual([7n, 8n]);
});

test.each([
  ['truncated', written.subarray(0, written.length - 3), /not a safetensors file or is damaged: .*cut off/],
  [
    'another file',
    Buffer.from('this is a text of more than eight bytes'),
    /not a safetensors file or is damaged/,
  ],
])('%s is refused', async (_, bytes, message) => {
  const folder = await temporaryFolder({ 'a.safetensors': bytes });
  await expect(
    readAll({ data: [`${folder}/a.safetensors`] }, [input('x', 'float32', ['n', 2])]),
  ).rejects.toThrow(message);
});

test('a tensor that no input is named after is refused with all names', async () => {
  const folder = await temporaryFolder({ 'a.safetensors': written });
  await expect(
    readAll({ data: [`${folder}/a.safetensors`] }, [input('image', 'float32', ['n', 2])]),
  ).rejects.toThrow(/holds the arrays ids, x, and none is named like input image/);
});
