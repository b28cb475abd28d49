import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withoutCommands } from '../../../src/cli/terminal/withoutCommands.js';
import { Kept } from '../../support/commandLine.js';
import { folderWith } from '../../support/folder.js';

const STEP = { GITHUB_ACTIONS: 'true' };

/** What stands in a step's log after these writes. */
function logged(writes: readonly string[], env: NodeJS.ProcessEnv = STEP, parts: object = {}): string {
  const kept = Object.assign(new Kept(), parts);
  const stream = withoutCommands(kept as unknown as NodeJS.WriteStream, env);
  for (const text of writes) stream.write(text);
  return kept.text;
}

describe('withoutCommands', () => {
  it.each<[string, string[], string]>([
    ['at the start', ['::error::x\n'], '\\x3a:error::x\n'],
    ['on a later line', ['a\n::error::x'], 'a\n\\x3a:error::x'],
    ['after a carriage return', ['a\r::error::x'], 'a\r\\x3a:error::x'],
    ['after blanks of any kind', ['\n \t\u00a0\u0085::x::'], '\n \t\u00a0\u0085\\x3a:x::'],
    ['after empty lines', ['\n\n\n::x::'], '\n\n\n\\x3a:x::'],
    ['in a write after a line break', ['a\n', '::x::'], 'a\n\\x3a:x::'],
    ['in a write after blanks', ['a\n  ', '  ::x::'], 'a\n    \\x3a:x::'],
    ['of the old kind, anywhere', ['a ##[error]x'], 'a #\\u0023[error]x'],
  ])('writes a command %s as it is no command', (_, writes, text) => {
    expect(logged(writes)).toBe(text);
  });

  it.each([[['a::b\n']], [['a ::error::x\n']], [['a', '::b\n']], [[':x\n: :y\n']], [['## heading\n#[x]\n']]])(
    'leaves %j as it is',
    (writes) => {
      expect(logged(writes)).toBe(writes.join(''));
    },
  );

  it('takes no time for texts of blanks and line breaks', () => {
    const text = ' \n'.repeat(500_000) + ' '.repeat(1_000_000);
    expect(logged([text])).toBe(text);
  }, 5000);

  it('gives back JSON that reads as what it was', () => {
    const value = { '::error::a': '##[warning]b\n::c::' };
    expect(JSON.parse(logged([`${JSON.stringify(value, null, 2)}\n`]))).toEqual(value);
  });

  it('does nothing elsewhere, nor to what goes into a file', async () => {
    const text = '::error::x ##[y]\n';
    expect(logged([text], {})).toBe(text);
    const fd = openSync(`${await folderWith({})}/out.csv`, 'w');
    expect(logged([text], STEP, { fd })).toBe(text);
    closeSync(fd);
  });

  it('is a stream like the one behind it', () => {
    const stream = withoutCommands(new Kept(true, 120) as unknown as NodeJS.WriteStream, STEP);
    expect([stream.isTTY, stream.columns]).toEqual([true, 120]);
    stream.on('finish', () => {}).end();
  });
});
