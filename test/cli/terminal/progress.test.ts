import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { progressDisplay } from '../../../src/cli/terminal/progress.js';
import { Kept } from '../../support/commandLine.js';

/** A display on a stream like this, with a clock that the test sets. */
function display(isTTY: boolean, env: NodeJS.ProcessEnv = {}) {
  const stream = new Kept(isTTY, 60);
  const clock = { ms: 0 };
  const shown = progressDisplay(stream as unknown as NodeJS.WriteStream, env, () => clock.ms);
  const at = (ms: number, samples: number) => {
    clock.ms = ms;
    shown.update({ samples, total: 1000, seconds: ms / 1000 });
  };
  return { stream, at, ...shown };
}

describe('where nothing can be drawn over', () => {
  test('a plain line comes every five seconds', () => {
    const { stream, at, end } = display(false);
    for (let second = 0; second <= 12; second++) at(second * 1000, second * 10);
    end();
    expect(stream.text.split('\n')).toEqual([
      '50 of 1,000 samples, 10 samples/s, 1 min 35 s left',
      '100 of 1,000 samples, 10 samples/s, 1 min 30 s left',
      '',
    ]);
  });

  test('a pass that ends sooner says nothing', () => {
    const { stream, at, end } = display(false);
    at(0, 0);
    at(4999, 1000);
    end();
    expect(stream.text).toBe('');
  });

  test('a terminal that cannot move its cursor gets lines too', () => {
    const { stream, at } = display(true, { TERM: 'dumb' });
    at(0, 0);
    at(5000, 500);
    expect(stream.text).toBe('500 of 1,000 samples, 100 samples/s, 5 s left\n');
  });
});

describe('on a terminal', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('a bar is drawn ten times a second, narrower than the terminal, and cleared at the end', () => {
    const { stream, at, end } = display(true);
    at(0, 0);
    vi.advanceTimersByTime(100);
    at(1000, 500);
    vi.advanceTimersByTime(100);
    const drawn = drawings(stream.text);
    expect(drawn.at(-1)).toMatch(/50 % {2}500\/1,000 samples {2}500 samples\/s {2}1 s left$/);
    for (const drawing of drawn) expect(drawing.length).toBeLessThan(60);
    const before = stream.text.length;
    end();
    vi.advanceTimersByTime(1000);
    // Nothing more than moves and a clear: the cursor comes back, the bar goes.
    expect(drawings(stream.text.slice(before))).toEqual([]);
  });

  test('a notice goes above the bar, which stays', () => {
    const { stream, at, notice, end } = display(true);
    notice('before');
    expect(stream.text).toBe('before\n');
    at(0, 0);
    vi.advanceTimersByTime(100);
    notice('runs on the CPU');
    vi.advanceTimersByTime(100);
    const drawn = drawings(stream.text);
    expect(drawn).toContain('runs on the CPU');
    expect(drawn.at(-1)).toMatch(/0 % {2}0\/1,000 samples/);
    end();
  });

  test('nothing is drawn where there was no progress', () => {
    const { stream, end } = display(true);
    end();
    expect(stream.text).toBe('');
  });
});

const SEQUENCE_OR_BREAK = new RegExp(`${String.fromCharCode(27)}\\[[?\\d;]*[A-Za-z]|[\\r\\n]`);

/** What stood on the terminal's lines, one after the other, without the sequences that move about and clear. */
function drawings(text: string): string[] {
  return text
    .split(SEQUENCE_OR_BREAK)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
