import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { npy } from '../../../src/report/npy/npy.js';
import { writeRun } from '../../../src/run/files/writeRun.js';
import type { Run } from '../../../src/run/schema.js';
import { invalidLayer, layer, run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

/** Two observations, (0, 0) and (2, 4): variances 1 and 4, covariance 2. */
const moments = { count: 2, sum: Float64Array.of(2, 4), scatter: Float64Array.of(4, 8, 8, 16) };
const linear = (name: string) => layer(name, 1, 2, { observations: 2 });

async function saved(of: Run, name = 'net.delve'): Promise<string> {
  const folder = join(await temporaryDirectory(), name);
  const valid = of.layers.filter(({ saturation }) => saturation !== null);
  await writeRun(folder, of, { moments: new Map(valid.map((each) => [each.name, moments])) });
  return folder;
}

/** Reads a file by NumPy's description of the format, with no help of the sources. */
function array(bytes: Uint8Array | undefined): { type: string; shape: string; values: number[] } {
  if (!bytes) throw new Error('there is no such file');
  expect([...bytes.subarray(0, 8)]).toEqual([0x93, ...Buffer.from('NUMPY'), 1, 0]);
  const start = 10 + bytes[8] + 256 * bytes[9];
  expect(start % 64).toBe(0);
  const header = Buffer.from(bytes.subarray(10, start)).toString('latin1');
  const match = /^\{'descr': '(.*)', 'fortran_order': False, 'shape': \((.*)\), \} *\n$/.exec(header);
  const body = Buffer.from(bytes.subarray(start));
  const [, type = '', shape = ''] = match ?? [];
  const values = Array.from({ length: body.length / 8 }, (_, i) =>
    type === '<i8' ? Number(body.readBigInt64LE(8 * i)) : body.readDoubleLE(8 * i),
  );
  return { type, shape, values };
}

describe('the folders of Python Delve', () => {
  it('hold a file an epoch for each value and layer', async () => {
    const one = run([linear('layer1.fc')]);
    const files = await npy([one], { folders: [await saved(one)], step: 3 });
    const at = (name: string) =>
      array(files.get(`_eval-${name}_layer1-fc/_eval-${name}_layer1-fc_epoch3.npy`));
    expect(at('saturation')).toEqual({ type: '<f8', shape: '', values: [0.5] });
    expect(at('intrinsic-dimensionality')).toEqual({ type: '<i8', shape: '', values: [1] });
    expect(at('covariance-determinant').values).toEqual([0]);
    expect(at('covariance-trace').values).toEqual([1]);
    expect(at('diagonal-trace').values).toEqual([1]);
    expect(at('covariance-matrix')).toEqual({ type: '<f8', shape: '2, 2', values: [1, 2, 2, 4] });
    expect(files.size).toBe(7);
  });

  it('count the last epoch of each value for Python to go on from', async () => {
    const one = run([linear('fc')]);
    const folder = await saved(one);
    const files = await npy([one, one], { folders: [folder, folder], names: ['epoch_300', 'epoch_2'] });
    const pickled = Buffer.from(files.get('epoch_counter.pkl') ?? []);
    const name = '_eval-saturation_fc';
    // PROTO 2, EMPTY_DICT, MARK, then BINUNICODE with its length, LONG1 of 8 bytes: 300.
    expect(pickled.toString('latin1')).toContain(
      `\x80\x02}(X${String.fromCharCode(name.length)}\0\0\0${name}\x8a\x08\x2c\x01\0\0\0\0\0\0X`,
    );
    expect(pickled.subarray(-2).toString()).toBe('u.');
    expect(files.has(`${name}/${name}_epoch2.npy`)).toBe(true);
  });

  it('have NaN and no covariance for a layer without numbers', async () => {
    const one = run([invalidLayer('nan', 2), linear('fc')]);
    const files = await npy([one], { folders: [await saved(one)] });
    expect(
      array(files.get('_eval-intrinsic-dimensionality_nan/_eval-intrinsic-dimensionality_nan_epoch0.npy')),
    ).toEqual({ type: '<f8', shape: '', values: [Number.NaN] });
    expect([...files.keys()].filter((path) => path.includes('covariance-matrix'))).toEqual([
      '_eval-covariance-matrix_fc/_eval-covariance-matrix_fc_epoch0.npy',
    ]);
  });

  it('stay inside their folder and fit a file system, whatever layers are called', async () => {
    const long = `${'層'.repeat(200)}${'x'.repeat(300)}`;
    const names = [
      '../../etc/passwd',
      'a/b',
      'a\\b',
      '<script>',
      'two\nlines',
      'say "x"',
      'Conv',
      'conv',
      long,
    ];
    const one = run([...names, `${long}y`].map(linear));
    const files = await npy([one], { folders: [await saved(one)] });
    const paths = [...files.keys()].filter((path) => path !== 'epoch_counter.pkl');
    expect(paths).toHaveLength(6 * (names.length + 1));
    for (const path of paths) {
      const [folder, file, ...more] = path.split('/');
      expect(more).toEqual([]);
      expect(file).toBe(`${folder}_epoch0.npy`);
      expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
      expect(path).not.toMatch(/[\x00-\x1f\\:*?"<>|]|^\.\./);
    }
    expect(paths).toContain('_eval-saturation_a%2Fb/_eval-saturation_a%2Fb_epoch0.npy');
    expect(paths).toContain('_eval-saturation_conv_2/_eval-saturation_conv_2_epoch0.npy');
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
  });

  it('ask for the moments where the run was made without', async () => {
    const one = run([linear('fc')]);
    const folder = join(await temporaryDirectory(), 'net.delve');
    await writeRun(folder, one);
    await expect(npy([one], { folders: [folder] })).rejects.toThrow(
      new UserError(`the run ${folder} has no moments.safetensors: analyze again with --moments`),
    );
    await expect(npy([one], {})).rejects.toThrow(UserError);
  });
});
