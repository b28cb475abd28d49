import { expect, it } from 'vitest';
import { probabilityWithin, studentQuantile } from '../../src/stats/student.js';

/** SciPy 1.17: `scipy.stats.t.ppf((1 + confidence) / 2, degrees)`. */
it.each([
  [0.95, 1, 12.706204736174694],
  [0.95, 2.25, 3.875480223220667],
  [0.95, 3, 3.1824463052837078],
  [0.95, 7, 2.364624251592785],
  [0.95, 15, 2.131449545559776],
  [0.99, 15, 2.946712883475238],
  [0.9, 7, 1.8945786050900062],
  [0.95, 1e6, 1.959966356814107],
])(
  'gives the quantile for a confidence of %d with %d degrees of freedom',
  (confidence, degrees, expected) => {
    expect(studentQuantile(confidence, degrees)).toBeCloseTo(expected, 9);
  },
);

it("is Cauchy's distribution with one degree of freedom: P(|T| ≤ 1) is a half", () => {
  expect(probabilityWithin(1, 1)).toBeCloseTo(0.5, 12);
});
