import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { globalSettings, pipIndexes } from '../../src/cuda/pipIndexes.js';
import { folderWith } from '../support/folder.js';

describe('pipIndexes', () => {
  it("takes the environment before pip's configuration, and adds the extra ones", async () => {
    const folder = await folderWith({
      'pip.conf':
        '# comment\n[install]\nindex-url = https://not.this/simple\n[global]\ntimeout = 60\nindex-url = https://one.example/simple\nextra-index-url =\n    https://two.example/simple\n    https://three.example/simple\n',
    });
    const env = { PIP_CONFIG_FILE: join(folder, 'pip.conf') };
    expect(await pipIndexes(env)).toEqual([
      'https://one.example/simple',
      'https://two.example/simple',
      'https://three.example/simple',
    ]);
    expect(
      await pipIndexes({
        ...env,
        PIP_INDEX_URL: 'https://user:secret@four.example/simple',
        PIP_EXTRA_INDEX_URL: 'https://five.example',
      }),
    ).toEqual(['https://user:secret@four.example/simple', 'https://five.example']);
  });

  it('reads only the section [global]', () => {
    expect(globalSettings('[global]\na: 1\n[x]\na = 2\n')).toEqual({ a: '1' });
  });
});
