/**
 * A running sum whose error is that of one rounding, however many terms it has (Neumaier's variant of Kahan's
 * summation). `add` returns the sum so far.
 */
export function compensatedSum(): { add(term: number): number } {
  let sum = 0;
  let lost = 0;
  return {
    add(term) {
      const next = sum + term;
      lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
      sum = next;
      return sum + lost;
    },
  };
}
