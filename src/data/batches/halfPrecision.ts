/** A binary floating-point format of 16 bits: sign, exponent, significand. */
interface HalfFormat {
  /** Stored bits of the significand. */
  readonly significand: number;
  /** Exponent of the smallest normal number. */
  readonly lowest: number;
  /** Exponent of the largest normal number. */
  readonly highest: number;
}

/** IEEE 754 binary16. */
const FLOAT16: HalfFormat = { significand: 10, lowest: -14, highest: 15 };
/** The upper half of an IEEE 754 binary32. */
const BFLOAT16: HalfFormat = { significand: 7, lowest: -126, highest: 127 };

/** 2^52: adding and subtracting it rounds a smaller float64 to an integer, ties to even. */
const ROUNDER = 2 ** 52;
const bits = new DataView(new ArrayBuffer(8));
/** 2^k at `k + POWERS_ZERO`: raising to a power again would take most of the time. */
const POWERS_ZERO = 160;
const powers = Float64Array.from({ length: 2 * POWERS_ZERO }, (_, i) => 2 ** (i - POWERS_ZERO));

/** The bit pattern of the nearest float16, ties to even; too large becomes infinite. */
export const toFloat16 = (value: number): number => encode(value, FLOAT16);

/** The bit pattern of the nearest bfloat16, ties to even; too large becomes infinite. */
export const toBfloat16 = (value: number): number => encode(value, BFLOAT16);

/** The value of a float16 bit pattern. */
export const fromFloat16 = (pattern: number): number => decode(pattern, FLOAT16);

/** The value of a bfloat16 bit pattern. */
export const fromBfloat16 = (pattern: number): number => decode(pattern, BFLOAT16);

// Rounds the float64 once: going through float32 would round twice and miss some ties.
function encode(value: number, { significand, lowest, highest }: HalfFormat): number {
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const sign = (high >>> 16) & 0x8000;
  const infinity = (highest - lowest + 2) << significand;
  if (Number.isNaN(value)) return sign | infinity | (1 << (significand - 1));
  const magnitude = Math.abs(value);
  if (magnitude === 0) return sign;
  if (magnitude === Number.POSITIVE_INFINITY) return sign | infinity;
  const exponent = Math.max(((high >>> 20) & 0x7ff) - 1023, lowest);
  if (exponent > highest) return sign | infinity;
  // In units of the last place; a subnormal has no implicit 1, and rounding up carries into the exponent.
  const units = magnitude * powers[POWERS_ZERO + significand - exponent] + ROUNDER - ROUNDER;
  return sign | (((exponent - lowest) << significand) + units);
}

function decode(pattern: number, { significand, lowest, highest }: HalfFormat): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern & 0x7fff) >>> significand;
  const fraction = pattern & ((1 << significand) - 1);
  if (exponent === highest - lowest + 2) {
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  if (exponent === 0) return sign * fraction * powers[POWERS_ZERO + lowest - significand];
  return sign * (fraction + (1 << significand)) * powers[POWERS_ZERO + exponent - 1 + lowest - significand];
}
