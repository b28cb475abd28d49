/**
 * A float64 as Python's `repr` has it: `1.0`, `1e-05`, `5e+16`. The shortest digits that mean the number are the same
 * in both languages; where the exponent begins is not.
 */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0) return '0.0';
  const [mantissa, power] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (Number.isInteger(value)) return `${value}.0`;
  // JavaScript writes numbers from 1e-6 without an exponent, so all of these.
  return String(value);
}
