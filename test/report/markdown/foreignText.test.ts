import { expect, test } from 'vitest';
import { prose } from '../../../src/report/markdown/foreignText.js';

test('keeps a remark from notifying and from linking, by one sign of no width each', () => {
  expect(prose('see @octocat, #12 and https://x.y')).toBe(
    'see @&#8203;octocat, \\#&#8203;12 and https:&#8203;//x.y',
  );
});
