import { describe, expect, test } from 'vitest';
import { progressBar, progressSentence } from '../../../src/cli/terminal/progressText.js';

/** A quarter in 100 s: 300 s are left at that rate. */
const quarter = { samples: 25_000, total: 100_000, seconds: 100 };

describe('the bar', () => {
  test('shows share, samples, rate and what is left', () => {
    expect(progressBar(quarter, 79)).toBe(
      '████░░░░░░░░░░░░░   25 %  25,000/100,000 samples  250 samples/s  5 min 0 s left',
    );
  });

  test('fits every width: first the bar goes, then what is left, then the rate', () => {
    for (let width = 1; width <= 200; width++) {
      expect(progressBar(quarter, width).length).toBeLessThanOrEqual(width);
    }
    expect(progressBar(quarter, 65)).toBe(' 25 %  25,000/100,000 samples  250 samples/s  5 min 0 s left');
    expect(progressBar(quarter, 48)).toBe(' 25 %  25,000/100,000 samples  250 samples/s');
    expect(progressBar(quarter, 31)).toBe(' 25 %  25,000/100,000 samples');
  });

  test('says which of several models is at work, and in which pass', () => {
    expect(progressBar({ ...quarter, part: 'model 2 of 3' }, 79)).toContain(
      ' 25 %  model 2 of 3: 25,000/100,000 samples',
    );
    expect(progressSentence({ samples: 5, seconds: 0, part: 'model 2 of 3', pass: 2 })).toBe(
      'model 2 of 3, second pass: 5 samples',
    );
  });

  test('is full only at the end', () => {
    expect(progressBar({ samples: 999, total: 1000, seconds: 1 }, 79)).toMatch(/█░ {3}99 %/);
    expect(progressBar({ samples: 1000, total: 1000, seconds: 1 }, 79)).toMatch(/^█+ {2}100 %/);
  });

  test('knows no share where the source does not know its size', () => {
    expect(progressBar({ samples: 1234, seconds: 2 }, 79)).toBe('1,234 samples  617 samples/s');
  });

  test('does not go beyond its end where a source gives more than it said', () => {
    expect(progressBar({ samples: 30, total: 20, seconds: 1 }, 79)).toMatch(/^█+ {2}100 %/);
  });
});

describe('the sentence', () => {
  test.each([
    [quarter, '25,000 of 100,000 samples, 250 samples/s, 5 min 0 s left'],
    [{ samples: 1, total: 3, seconds: 2 }, '1 of 3 samples, 0.5 samples/s, 4 s left'],
    [{ samples: 1, total: 10, seconds: 1000 }, '1 of 10 samples, 0.0 samples/s, 2 h 30 min left'],
    [{ samples: 7, seconds: 1 }, '7 samples, 7.0 samples/s'],
    [{ samples: 0, total: 3, seconds: 1 }, '0 of 3 samples'],
  ])('%j → %s', (progress, text) => {
    expect(progressSentence(progress)).toBe(text);
  });
});
