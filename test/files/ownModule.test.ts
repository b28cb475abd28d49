import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { isModule, ownModule } from '../../src/files/ownModule.js';
import { temporaryFolder } from '../data/temporaryFolder.js';

it('a module is told by the ending of its name', () => {
  const names = ['a.js', './b.mjs', 'C.CJS', 'a.js.txt', 'js', 'a.ts', 'a.json', 'ajs'];
  expect(names.filter(isModule)).toEqual(['a.js', './b.mjs', 'C.CJS']);
});

it('a module is loaded with its function and what else it exports, from here or by its whole path', async () => {
  const folder = await temporaryFolder({
    'own.mjs': 'export default (a) => a + 1; export const name = "mine";',
  });
  for (const path of [join(folder, 'own.mjs'), relative(process.cwd(), join(folder, 'own.mjs'))]) {
    const { run, exported } = await ownModule(path, 'the reader', '…');
    expect(run(2)).toBe(3);
    expect(exported.get('name')).toBe('mine');
  }
});

it('a module that cannot be loaded, or exports no function, is refused with its path', async () => {
  const folder = await temporaryFolder({
    'broken.mjs': 'throw new Error("boom")',
    'plain.mjs': 'export default 3',
  });
  const broken = join(folder, 'broken.mjs');
  await expect(ownModule(broken, 'the format', 'x')).rejects.toThrow(
    `the format ${broken} cannot be loaded (boom): fix it`,
  );
  await expect(ownModule(join(folder, 'none.mjs'), 'the format', 'x')).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('none.mjs cannot be loaded ('),
  });
  const plain = join(folder, 'plain.mjs');
  await expect(ownModule(plain, 'the format', 'export default f')).rejects.toThrow(
    `the format ${plain} exports no function by default: write export default f`,
  );
});
